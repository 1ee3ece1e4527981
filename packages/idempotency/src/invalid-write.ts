import { itemName } from "./item-name.ts";
import { type ItemWrite, MAX_TRANSACTION_WRITES } from "./store.ts";

/** A write that no store takes: without a guard or a change, or with an attribute name that is a key's or unquotable. */
export class InvalidWrite extends Error {
  readonly code = "ValidationError";

  constructor(why: string) {
    super(`The write is not valid: ${why}`);
    this.name = "InvalidWrite";
  }
}

/** @throws InvalidWrite */
export function assertValid({ key, write }: ItemWrite): void {
  if (write.kind === "update" && Object.keys(write.where).length === 0) throw new InvalidWrite("its guard is empty");
  if (write.kind === "update" && Object.keys(write.set).length === 0) throw new InvalidWrite("it sets nothing");
  const names = write.kind === "insert" ? Object.keys(write.item) : Object.keys({ ...write.set, ...write.where });
  if (names.some((name) => Object.hasOwn(key, name))) throw new InvalidWrite("it names a key attribute again");
  const unquotable = names.find((name) => name === "" || /['"]/.test(name));
  if (unquotable !== undefined) throw new InvalidWrite("an attribute name is empty or holds a quote");
}

/** @throws InvalidWrite for what no transaction takes, MissingKey */
export function assertTransaction(writes: readonly ItemWrite[]): void {
  const names = new Set(writes.map(itemName));
  if (names.size < writes.length) throw new InvalidWrite("it changes one item twice");
  if (writes.length > MAX_TRANSACTION_WRITES) throw new InvalidWrite("it has too many parts");
  for (const each of writes) assertValid(each);
}
