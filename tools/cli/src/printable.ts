/** A text without control characters but tabs and line ends: what a partner sent must not steer the terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\u{fffd}");
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text).replaceAll(/[\t\n]/g, " ");
}
