import type { FoundEntry } from "@doorbell/audit-trail/read-audit-entry";
import type { EnvironmentOptions } from "@doorbell/cli/aws/environment-options";
import { withEnvironment } from "@doorbell/cli/aws/with-environment";
import { CommandError } from "@doorbell/cli/command-error";
import { keyOfOrder } from "../named-order.ts";
import { openStoredRecords } from "../stored-records.ts";
import { formatTable } from "@doorbell/cli/table";

/** Entries of one order that are shown at most; an order of this pipeline has two or three. */
const MAX_ENTRIES = 1_000;
/** Changed fields that are named in a row; `--json` has all, with their values. */
const MAX_PATHS = 4;

/**
 * `doorbell audit show`: the audit entries of an order, named `partner/ORDER-1` or by its id where one partner alone has it, the oldest
 * first.
 *
 * @throws {CommandError} there is none, or several partners have such an order
 */
export async function auditShow(
  name: string,
  options: EnvironmentOptions & { readonly json?: boolean },
): Promise<void> {
  await withEnvironment(options, async (pipeline) => {
    const records = openStoredRecords(pipeline);
    const byId = async () => {
      const key = await keyOfOrder(name, records, pipeline.title);
      return key === undefined ? [] : records.entries(key, MAX_ENTRIES);
    };
    const named = await records.entries(name, MAX_ENTRIES);
    const found = named.length > 0 ? named : await byId();
    if (found.length === 0) throw new CommandError(`${pipeline.title} has no audit entry of an order ${name}.`);
    process.stdout.write(
      options.json
        ? `${JSON.stringify(
            found.map((each) => (each.ok ? each.entry : each)),
            null,
            2,
          )}\n`
        : `${formatTable(["version", "at", "event", "before", "after", "story", "changed fields"], found.map(rowOf))}\n`,
    );
  });
}

function rowOf(found: FoundEntry<"orderKey">): string[] {
  if (!found.ok) return [String(found.version), "", "unreadable", "", "", "", found.unreadableAt.join(" ")];
  const { version, at, eventName, before, after, correlationId, changes } = found.entry;
  const more = changes.length > MAX_PATHS ? ` and ${changes.length - MAX_PATHS} more` : "";
  return [
    String(version),
    at === undefined ? "" : new Date(at * 1_000).toISOString(),
    eventName,
    before?.slice(0, 8) ?? "nothing",
    after?.slice(0, 8) ?? "nothing",
    correlationId ?? "",
    changes
      .slice(0, MAX_PATHS)
      .map(({ path }) => path)
      .join(" ") + more,
  ];
}
