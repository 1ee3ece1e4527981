import { matching } from "./matching.ts";

/** Decimals that an amount may have; a fifth is refused, never rounded. */
export const AMOUNT_DECIMALS = 4;
/** Digits that an amount may have before the point. */
export const AMOUNT_WHOLE_DIGITS = 15;

const AMOUNT = /^(?:0|[1-9]\d{0,14})(?:\.\d{1,4})?$/;
const SIGNED_AMOUNT = /^(?!-0(?:\.0+)?$)-?(?:0|[1-9]\d{0,14})(?:\.\d{1,4})?$/;
const UNITS = 10_000n;

/** Text that is not an exact decimal amount was given to arithmetic. A mistake of the program: payloads are checked first. */
export class InvalidAmount extends Error {
  override readonly name = "InvalidAmount";
  readonly code = "INVALID_AMOUNT";
  readonly text: string;

  constructor(text: string) {
    super("Not a decimal amount");
    this.text = text;
  }
}

/** True for an exact decimal ≥ 0: at most 15 digits and 4 decimals, no exponent, sign, separator or leading zero. */
export function isAmount(text: string): boolean {
  return AMOUNT.test(text);
}

/** Like {@link isAmount}, and may be negative (a profit, a correction). `-0` is refused. */
export function isSignedAmount(text: string): boolean {
  return SIGNED_AMOUNT.test(text);
}

/** The exact sum, canonical; `"0"` of nothing. Negative amounts may be among them. Throws {@link InvalidAmount}. */
export function sumAmounts(amounts: readonly string[]): string {
  let sum = 0n;
  for (const amount of amounts) sum += unitsOf(amount);
  return format(sum);
}

/** Counts in ten-thousandths, the smallest amount there is, so that arithmetic is on whole numbers. */
function unitsOf(text: string): bigint {
  if (!isSignedAmount(text)) throw new InvalidAmount(text);
  const point = text.indexOf(".");
  if (point === -1) return BigInt(text) * UNITS;
  return BigInt(text.slice(0, point) + text.slice(point + 1).padEnd(AMOUNT_DECIMALS, "0"));
}

function format(units: bigint): string {
  const sign = units < 0n ? "-" : "";
  const digits = (units < 0n ? -units : units).toString().padStart(AMOUNT_DECIMALS + 1, "0");
  return canonicalAmount(`${sign}${digits.slice(0, -AMOUNT_DECIMALS)}.${digits.slice(-AMOUNT_DECIMALS)}`);
}

/** The one way to write what {@link isSignedAmount} is true for: no trailing zeros, so `14.6200` is `14.62`. */
export function canonicalAmount(amount: string): string {
  return amount.endsWith("0") && amount.includes(".") ? amount.replace(/\.?0+$/, "") : amount;
}

const DIGITS = `with at most ${AMOUNT_WHOLE_DIGITS} digits and ${AMOUNT_DECIMALS} decimals, such as`;

/** A decimal string ≥ 0, see {@link isAmount}. Read in its canonical form. */
export const amountSchema = canonical(AMOUNT, `a decimal number of at least 0 ${DIGITS} 957.5775`);

/** A decimal string that may be negative, see {@link isSignedAmount}. Read in its canonical form. */
export const signedAmountSchema = canonical(SIGNED_AMOUNT, `a decimal number ${DIGITS} -383.031`);

/** A decimal string from 0 to 1 with at most 4 decimals. Read in its canonical form. */
export const fractionSchema = canonical(
  /^(?:0(?:\.\d{1,4})?|1(?:\.0{1,4})?)$/,
  `a decimal number from 0 to 1 with at most ${AMOUNT_DECIMALS} decimals, such as 0.15`,
);

/** (One step of valibot's instead of a pipe of a check and a transformation, as in `matching.ts`: there are three amounts a line.) */
// @__NO_SIDE_EFFECTS__
function canonical(pattern: RegExp, expected: string) {
  const schema = matching(pattern, expected);
  const run: (typeof schema)["~run"] = (dataset, config) => {
    const read = schema["~run"](dataset, config);
    if (read.typed) read.value = canonicalAmount(read.value);
    return read;
  };
  return { ...schema, "~run": run };
}
