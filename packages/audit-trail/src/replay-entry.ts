import type { Image } from "@doorbell/aws-events/attribute-value";
import { applyChanges, ChangeDoesNotFitError } from "./apply-changes.ts";
import { parseAttributeText } from "./attribute-text.ts";
import { type AuditEntry, auditEntryOf } from "./audit-entry.ts";
import type { FieldChange } from "./diff-images.ts";

/** An entry that was replayed: the image on its other side, or why it cannot stand where it stands. */
export type Replayed =
  | { readonly ok: true; readonly image: Image | undefined }
  | { readonly ok: false; readonly why: string };

/**
 * Replays an entry on the image before it (`forward`) or undoes it on the image after it (`backward`), and makes the entry
 * anew out of both images, as the service would: it must say the same in everything but `eventId` and `at`, which have no
 * second source. No image stands for no order.
 */
export function replayEntry(entry: AuditEntry, image: Image | undefined, direction: "forward" | "backward"): Replayed {
  const changes: FieldChange[] = [];
  for (const stored of entry.changes) {
    const change = readChange(stored);
    if (change === undefined) return { ok: false, why: `the values of ${stored.path} cannot be read` };
    changes.push(direction === "forward" ? change : undone(change));
  }
  try {
    const other = applyChanges(image, changes);
    const [before, after] = direction === "forward" ? [image, other] : [other, image];
    const why = difference(entry, before, after);
    return why === undefined ? { ok: true, image: other } : { ok: false, why };
  } catch (error) {
    if (!(error instanceof ChangeDoesNotFitError)) throw error;
    return { ok: false, why: `its change of ${error.path} does not fit` };
  }
}

function readChange({ path, before, after }: AuditEntry["changes"][number]): FieldChange | undefined {
  const was = before === undefined ? undefined : parseAttributeText(before);
  const is = after === undefined ? undefined : parseAttributeText(after);
  if (was?.ok === false || is?.ok === false) return undefined;
  return {
    path,
    ...(was !== undefined && { before: was.value }),
    ...(is !== undefined && { after: is.value }),
  };
}

function undone({ path, before, after }: FieldChange): FieldChange {
  return { path, ...(after !== undefined && { before: after }), ...(before !== undefined && { after: before }) };
}

/** In which fields the entry is not the one that the two images make. */
function difference(entry: AuditEntry, before: Image | undefined, after: Image | undefined): string | undefined {
  const made = auditEntryOf({
    eventId: entry.eventId,
    eventName: before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY",
    eventSourceArn: "",
    sequenceNumber: "",
    keys: { id: { S: entry.orderId } },
    ...(before !== undefined && { oldImage: before }),
    ...(after !== undefined && { newImage: after }),
  });
  if (!made.ok) return "it does not lead from one image of this order to another";
  const { at: _, ...said } = entry;
  const names = ["version", "eventName", "correlationId", "before", "after", "changes"] as const;
  const wrong = names.filter((name) => JSON.stringify(said[name]) !== JSON.stringify(made.entry[name]));
  if (wrong.length === 0) return undefined;
  return `what it says in ${wrong.join(", ")} does not fit the order`;
}
