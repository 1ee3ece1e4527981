/** One thing that is wrong with a payload, in words that its sender can act on. */
export interface Issue {
  /** Where, as in `Records[0].s3.object.key`; the empty string is the payload itself. */
  readonly path: string;
  /** What the contract asks for. */
  readonly expected: string;
  /** What came, shortened to at most 100 characters. May hold personal data: never log it. */
  readonly received: string;
}

/** A payload as its contract describes it, or what is wrong with it. At most 50 issues are listed. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * One record of a batch, parsed for itself: a bad neighbour changes nothing here.
 * `index` is its place in `Records`; `id` is the message or event id, where it could be read.
 */
export type ParsedRecord<T> = Parsed<T> & { readonly index: number; readonly id?: string };

/** A Lambda event of one source: its records one by one, or why it is not an event of this source at all. */
export type ParsedBatch<T> =
  | { readonly ok: true; readonly records: readonly ParsedRecord<T>[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };
