/**
 * Compares the sequence numbers of a stream: decimal strings of up to 40 digits, far past what a number holds exactly.
 * Negative where `a` comes first.
 */
export function compareSequenceNumbers(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
