import { CommandError } from "../../command-error.ts";
import type { Failure, FailureSource, FoundFailure } from "./failure.ts";
import { isSelected, type Selection, timeOf } from "./selection.ts";

/** The failures that are meant, without their contents, latest first. Every place is read to its end, all places at once. */
export async function listFailures(sources: readonly FailureSource[], selection: Selection): Promise<Failure[]> {
  const lists = await Promise.all(
    sources.map(async (source) => {
      const list: Failure[] = [];
      for await (const { failure } of source.failures()) if (isSelected(failure, selection)) list.push(failure);
      return list;
    }),
  );
  return lists.flat().sort((a, b) => (timeOf(b) ?? "").localeCompare(timeOf(a) ?? "") || a.id.localeCompare(b.id));
}

/**
 * The one failure whose id begins with `id`, with its content. It is back in its place when this returns.
 *
 * @throws {CommandError} there is none, or more than one
 */
export async function findFailure(sources: readonly FailureSource[], id: string): Promise<FoundFailure> {
  const found: FoundFailure[] = [];
  await Promise.all(
    sources.map(async (source) => {
      for await (const each of source.failures()) if (each.failure.id.startsWith(id)) found.push(each);
    }),
  );
  requireOne(
    found.map(({ failure }) => failure),
    id,
  );
  const [only] = found;
  if (only === undefined) throw new CommandError(`there is no failure ${id}.`);
  return only;
}

/** @throws {CommandError} an id stands for none of the failures, or for more than one */
export function requireOne(failures: readonly Failure[], id: string): void {
  const fitting = failures.filter((failure) => failure.id.startsWith(id));
  if (fitting.length === 0)
    throw new CommandError(`there is no failure ${id}: it was removed, or another command looks at it right now.`);
  if (fitting.length > 1)
    throw new CommandError(`more than one failure begins with ${id}: ${fitting.map((each) => each.id).join(", ")}.`);
}
