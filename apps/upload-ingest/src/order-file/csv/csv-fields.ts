const QUOTE = 34;
const COMMA = 44;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** The text ends inside a quoted field. */
export const UNCLOSED = -1;
/** A quote where RFC 4180 has none: inside a field that does not begin with one, or before more text of the field. */
export const MISPLACED_QUOTE = -2;
/** More fields than were asked for. */
export const TOO_MANY_FIELDS = -3;

/**
 * Reads the fields of the one CSV record (RFC 4180) that begins at `start` into `fields`. Returns the index of the newline
 * that ends it (`text.length` where the file ends instead), {@link UNCLOSED}, {@link MISPLACED_QUOTE} or
 * {@link TOO_MANY_FIELDS}; in the last three cases `fields` holds those before the fault, at most `maxFields`.
 */
export function readFields(text: string, start: number, fields: string[], maxFields: number): number {
  let at = start;
  for (;;) {
    if (fields.length === maxFields) return TOO_MANY_FIELDS;
    if (text.charCodeAt(at) === QUOTE) {
      const firstQuote = text.indexOf('"', at + 1);
      const close = closingQuote(text, firstQuote);
      if (close === -1) return UNCLOSED;
      const quoted = text.slice(at + 1, close);
      const value = close === firstQuote ? quoted : quoted.replaceAll('""', '"');
      at = close + 1;
      if (text.charCodeAt(at) !== COMMA) {
        if (text.charCodeAt(at) === CARRIAGE_RETURN) at++;
        if (at < text.length && text.charCodeAt(at) !== NEWLINE) return MISPLACED_QUOTE;
        fields.push(value);
        return at;
      }
      fields.push(value);
    } else {
      const from = at;
      let code = text.charCodeAt(at);
      while (code !== COMMA && code !== NEWLINE && at < text.length) {
        if (code === QUOTE) return MISPLACED_QUOTE;
        code = text.charCodeAt(++at);
      }
      if (code !== COMMA) {
        fields.push(text.slice(from, at > from && text.charCodeAt(at - 1) === CARRIAGE_RETURN ? at - 1 : at));
        return at;
      }
      fields.push(text.slice(from, at));
    }
    at++;
  }
}

/** The first quote at or after `quote` that is not doubled, -1 where there is none. */
function closingQuote(text: string, quote: number): number {
  let close = quote;
  while (close !== -1 && text.charCodeAt(close + 1) === QUOTE) close = text.indexOf('"', close + 2);
  return close;
}
