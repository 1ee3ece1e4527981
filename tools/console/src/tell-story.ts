import type { ConsolePorts } from "./console-ports.ts";
import type { History } from "./history/history.ts";
import type { Story } from "./protocol.ts";

/** Invocations whose event or answer names the id, where the logs name none. */
const MAX_FOUND = 50;

/**
 * All that is known of one id: what logs and stores tell, the invocations that are kept, what failed for good and names it. Undefined
 * where nothing knows it.
 */
export async function tellStory(
  id: string,
  { stories, failures, history }: Pick<ConsolePorts, "stories" | "failures"> & { readonly history: History },
): Promise<Story | undefined> {
  const [told, failed] = await Promise.all([stories.tell(id), failures.list()]);
  const steps = told?.steps ?? [];
  const requestIds = new Set([id, ...steps.flatMap(({ requestId }) => requestId ?? [])]);
  const named = history.ofRequests(requestIds);
  const found =
    named.length > 0
      ? named
      : (await history.find({ limit: MAX_FOUND, text: id }, AbortSignal.timeout(5_000))).rows.toReversed();
  const own = failed.filter((failure) => namesId(failure, id));
  if (told === undefined && found.length === 0 && own.length === 0) return undefined;
  return {
    id,
    summary: told?.summary ?? [],
    steps,
    records: told?.records ?? [],
    invocations: found,
    failures: own,
  };
}

/** Whether the id stands by itself in what is said of a failure, not inside of a longer word. */
function namesId({ id: own, what, reason, facts }: Story["failures"][number], id: string): boolean {
  const word = new RegExp(`(?<![\\w-])${id.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)}(?![\\w-])`);
  return own === id || [what, reason, ...Object.values(facts)].some((text) => word.test(text));
}
