import { type FoundFailure, NotSendable } from "./failure.ts";

/** Something in a place for failures that is none of what can be there: it is listed, and not sent back. */
export function unreadable(
  known: Pick<FoundFailure["failure"], "id" | "place" | "kind"> & Partial<FoundFailure["failure"]>,
  found: { readonly why: string; readonly content: string; readonly remove: () => Promise<void> },
): FoundFailure {
  const { why, content, remove } = found;
  return {
    failure: { what: "unknown", reason: `${why}; read it with "failures show"`, facts: {}, ...known },
    content,
    isDone: () => Promise.resolve(false),
    send: () => Promise.reject(new NotSendable(why)),
    remove,
  };
}
