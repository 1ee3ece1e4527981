import type { ParsedBatch, ParsedRecord } from "@doorbell/aws-events/parsed";

/** A record of the small events below: an id, a key, and whether it is to parse. */
export interface Item {
  readonly id?: string;
  readonly key?: string;
  readonly malformed?: boolean;
}

interface Parsed {
  readonly messageId: string;
  readonly sequenceNumber: string;
  readonly key: string;
}

/** An event of these records, with the stream's sequence number where Lambda has it. */
export function eventOf(items: readonly Item[]): { Records: object[] } {
  return { Records: items.map((item) => ({ body: "{}", ...item, dynamodb: { SequenceNumber: item.id } })) };
}

/** Parses `eventOf(items)` as the envelope parsers do. */
export function parserOf(items: readonly Item[]): () => ParsedBatch<Parsed> {
  return () => ({ ok: true, records: items.map(parsedOf) });
}

function parsedOf({ id, key = "k", malformed = false }: Item, index: number): ParsedRecord<Parsed> {
  const known = id === undefined ? { index } : { index, id };
  if (!malformed) return { ok: true, ...known, value: { messageId: id ?? "", sequenceNumber: id ?? "", key } };
  const issues = [{ path: `Records[${index}].body`, expected: "text", received: '"Jane Roe"' }];
  return { ok: false, ...known, issues };
}
