/** Tells a person, on standard error, of what takes long or is to be known. */
export function notice(sentence: string): void {
  process.stderr.write(`doorbell: ${sentence}\n`);
}
