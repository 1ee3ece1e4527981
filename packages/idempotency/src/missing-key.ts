/** An event or a marker without a key. Work without a key never shares one: it is an error. */
export class MissingKey extends Error {
  readonly code = "MISSING_KEY";
  /** The part of the key that is empty, or a number that JavaScript does not hold exactly. */
  readonly field: string;

  constructor(field: string) {
    super(`The idempotency key is missing: ${field} is empty or no exact number`);
    this.name = "MissingKey";
    this.field = field;
  }
}
