import { parseJson } from "../../parse-json.ts";
import type { Failure, FailureSource, FoundFailure } from "../failures/failure.ts";

/** Texts of one content that it is found by, and their length; longer ones are no ids. */
const MAX_TEXTS = 5_000;
const MAX_ID_LENGTH = 512;

/** A failure, and all that it goes by. */
export interface KnownFailure {
  readonly failure: Failure;
  /** The message id or request id of what failed, as log lines have it. */
  readonly deliveryId?: string;
  /** What its content is about, as the project's hooks say. */
  readonly subjects: readonly string[];
  readonly correlationIds: readonly string[];
  /** Every id by which it is found: its own, those of its delivery and its stories, and every text in its content. */
  readonly ids: ReadonlySet<string>;
}

/** What lies in the places where failures end. */
export interface KnownFailures {
  readonly known: readonly KnownFailure[];
  /** The places that could not be read, with why, one sentence each. */
  readonly unread: readonly string[];
}

/** Reads all places at once. One that cannot be read is named, and hides none of the others. */
export async function knownFailures(sources: readonly FailureSource[]): Promise<KnownFailures> {
  const unread: string[] = [];
  const places = await Promise.all(
    sources.map(async (source) => {
      const known: KnownFailure[] = [];
      try {
        for await (const found of source.failures()) known.push(knownFailure(found, source.stories));
      } catch (error) {
        const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        unread.push(`What lies in the ${source.place} is not told, since it could not be read (${why}).`);
      }
      return known;
    }),
  );
  return { known: places.flat(), unread };
}

function knownFailure(
  { failure, content, deliveryId }: FoundFailure,
  storiesOf: FailureSource["stories"],
): KnownFailure {
  const { subjects = [], correlationIds = [] } = storiesOf?.(content) ?? {};
  const ids = new Set([failure.id, ...Object.values(failure.facts), ...subjects, ...correlationIds]);
  if (deliveryId !== undefined) ids.add(deliveryId);
  for (const text of textsIn(parseJson(content))) {
    if (ids.size >= MAX_TEXTS) break;
    if (text.length <= MAX_ID_LENGTH) ids.add(text);
  }
  return { failure, ...(deliveryId !== undefined && { deliveryId }), subjects, correlationIds, ids };
}

/** Every text in a value of JSON, names of fields left out. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) yield* textsIn(each);
}
