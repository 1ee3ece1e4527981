/**
 * One text for one number, exact to all digits: `"1.50"`, `"15E-1"` and `"+1.5"` all give `"15e-1"`; every zero gives
 * `"0"`. Takes what DynamoDB writes in `N`, and does not look at its range.
 */
export function canonicalNumber(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = NUMBER.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign === "-" ? "-" : ""}${significant}${power === 0 ? "" : `e${power}`}`;
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
