/**
 * The items of one table whose changes are audited. Each item counts its changes in the number `version`, from 1.
 * `Name` is what its entries call the item's key.
 */
export interface AuditedItems<Name extends string> {
  /** The attribute that is the items' key, a string. */
  readonly key: string;
  /** Under which name entries and findings hold that key: the partition key of the audit table, whose sort key is `version`. */
  readonly entryKey: Name;
  /**
   * The attributes of which each is what one event made of the item, a map with the event's `correlationId`. The part that
   * changed says which event made a change.
   */
  readonly parts: readonly string[];
}

/** What tells of one item: facts, and its key under the name that entries give it. */
export type OfItem<Name extends string, Facts> = Facts & Readonly<Record<Name, string>>;

/** Puts the item's key to the facts. */
export function ofItem<Name extends string, Facts extends object>(
  { entryKey }: AuditedItems<Name>,
  itemKey: string,
  facts: Facts,
): OfItem<Name, Facts> {
  return { ...facts, ...named(entryKey, itemKey) };
}

function named<Name extends string>(name: Name, text: string): Record<Name, string> {
  const record = { [name]: text };
  if (!isNamed(record, name)) throw new TypeError(`No record can have the key ${name}`);
  return record;
}

/** TypeScript forgets which name a computed key has. */
function isNamed<Name extends string>(record: Record<string, string>, name: Name): record is Record<Name, string> {
  return Object.hasOwn(record, name);
}
