/** The character code of the digit 0. (First in the file, so that bundlers write its value in its place.) */
const ZERO = 48;

/** How a date is written; whether the day exists is another question, see {@link isDate}. */
export const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
/** How an instant is written; the day may still be one that does not exist, see {@link isInstant}. */
export const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** True for a day that exists, written `YYYY-MM-DD`: 2024-02-29 does, 2024-02-30 does not. */
export function isDate(text: string): boolean {
  return DATE.test(text) && isDay(text);
}

/** What {@link isInstant} asks for, in the words of an issue. */
export const EXPECTED_INSTANT = "an RFC 3339 instant such as 2024-02-29T12:00:00Z";

/** True for an RFC 3339 instant with an offset, on a day that exists. Leap seconds are refused, as by `Date`. */
export function isInstant(text: string): boolean {
  return INSTANT.test(text) && isDay(text);
}

/** Whether the ten characters at the start of a text that is written right name a day. */
function isDay(text: string): boolean {
  const day = twoDigits(text, 8);
  return day >= 1 && day <= daysInMonth(twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 5));
}

/** None in a month that does not exist. */
function daysInMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

/** By hand, as cutting the text and `Number` took most of the time. */
function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}
