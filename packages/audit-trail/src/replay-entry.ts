import type { Image } from "@doorbell/aws-events/attribute-value";
import { applyChanges, ChangeDoesNotFitError } from "./apply-changes.ts";
import { parseAttributeText } from "./attribute-text.ts";
import { auditEntryOf, type EntryFacts } from "./audit-entry.ts";
import type { AuditedItems } from "./audited-items.ts";
import type { FieldChange } from "./diff-images.ts";

/** An entry that was replayed: the image on its other side, or why it cannot stand where it stands. */
export type Replayed =
  | { readonly ok: true; readonly image: Image | undefined }
  | { readonly ok: false; readonly why: string };

/**
 * Replays an entry of an item on the image before it (`forward`) or undoes it on the image after it (`backward`), and makes the entry
 * anew out of both images, as the service would: it must say the same in everything but `eventId` and `at`, which have no
 * second source. No image stands for no item.
 */
export function replayEntry(
  { items, itemKey, entry }: { items: AuditedItems<string>; itemKey: string; entry: EntryFacts },
  image: Image | undefined,
  direction: "forward" | "backward",
): Replayed {
  const changes: FieldChange[] = [];
  for (const stored of entry.changes) {
    const change = readChange(stored);
    if (change === undefined) return { ok: false, why: `the values of ${stored.path} cannot be read` };
    changes.push(direction === "forward" ? change : undone(change));
  }
  try {
    const other = applyChanges(image, changes);
    const [before, after] = direction === "forward" ? [image, other] : [other, image];
    const made = madeOf({ items, itemKey, entry }, before, after);
    const why = difference(entry, made);
    return why === undefined ? { ok: true, image: other } : { ok: false, why };
  } catch (error) {
    if (!(error instanceof ChangeDoesNotFitError)) throw error;
    return { ok: false, why: `its change of ${error.path} does not fit` };
  }
}

function readChange({ path, before, after }: EntryFacts["changes"][number]): FieldChange | undefined {
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

/** The entry that the two images make, where they make one. */
function madeOf(
  { items, itemKey, entry }: { items: AuditedItems<string>; itemKey: string; entry: EntryFacts },
  before: Image | undefined,
  after: Image | undefined,
): EntryFacts | undefined {
  const made = auditEntryOf(
    {
      eventId: entry.eventId,
      eventName: before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY",
      eventSourceArn: "",
      sequenceNumber: "",
      keys: { [items.key]: { S: itemKey } },
      ...(before !== undefined && { oldImage: before }),
      ...(after !== undefined && { newImage: after }),
    },
    items,
  );
  return made.ok ? made.entry : undefined;
}

/** In which fields the entry is not the one that the two images make. */
function difference(entry: EntryFacts, made: EntryFacts | undefined): string | undefined {
  if (made === undefined) return "it does not lead from one image of this item to another";
  const names = ["version", "eventName", "correlationId", "before", "after", "changes"] as const;
  const wrong = names.filter((name) => JSON.stringify(entry[name]) !== JSON.stringify(made[name]));
  if (wrong.length === 0) return undefined;
  return `what it says in ${wrong.join(", ")} does not fit the item`;
}
