import { issueAt } from "@doorbell/aws-events/issue";
import type { Issue } from "@doorbell/aws-events/parsed";
import { MISPLACED_QUOTE, readFields, TOO_MANY_FIELDS, UNCLOSED } from "./csv-fields.ts";
import { LINE_BYTES, STEP_LINES } from "../../limits.ts";
import { isTooLong, lineTooLong, notUtf8 } from "../line-faults.ts";
import type { Line } from "../reject.ts";

/** One record of a CSV file. With a `fault` it could not be read whole, and `fields` are those before the fault. */
export interface CsvRecord extends Line {
  readonly fields: readonly string[];
  readonly fault?: Issue;
}

/**
 * Splits CSV text (RFC 4180, comma, `\n` or `\r\n`) into records, without losing the neighbours of a faulty one. Every
 * record has as many fields as the first, the header. Blank lines are no records.
 *
 * A record that spans lines and then proves faulty (its quote never closes, closes in front of more text, or the number of
 * fields is wrong) is rejected at its first line alone and reading goes on at the line after: a forgotten quote costs one
 * line, not the rest of the file. A quote is looked for over {@link LINE_BYTES} at most.
 *
 * Records come in steps of at most {@link STEP_LINES}, each read when it is asked for: a megabyte behind a forgotten quote
 * may be half a million lines. The steps of one call must be taken to their end before the next call.
 *
 * Why not a library: none of csv-parse, csv-parser and Papa Parse goes on at the next line after a quote that is never closed.
 * Besides, csv-parse takes longer for the fields alone than this takes with the validation (`bench/upload-ingest.ts`),
 * csv-parser is slower still and writes into the caller's buffers, and Papa Parse, the quickest, counts records instead of
 * lines and holds a record of any size. `csv-records.test.ts` holds this one against csv-parse on random files.
 */
export class CsvRecords {
  #pending = "";
  #nextLine = 1;
  #columns: number | undefined;
  /** One more than there should be; the rest of a line that has more than that is not read. */
  #maxFields = Number.POSITIVE_INFINITY;

  /** The line that the next record begins at, counted from 1. */
  get nextLine(): number {
    return this.#nextLine;
  }

  /** Takes whole lines, and yields the records that end in them; an empty step where none does. */
  *push(text: string): Generator<CsvRecord[]> {
    const whole = this.#pending + text;
    const stillOpen = this.#pending !== "" && !text.includes('"') && whole.length <= LINE_BYTES;
    this.#pending = stillOpen ? whole : "";
    if (!stillOpen) yield* this.#split(whole, false);
  }

  /** Takes the beginning of one line that is too long to be read, and ends what was open before it. */
  *pushTooLong(beginning: string): Generator<CsvRecord[]> {
    yield* this.end();
    yield [{ line: this.#nextLine++, raw: beginning, fields: [], fault: lineTooLong() }];
  }

  /** Yields the records that are left when the file ends. */
  *end(): Generator<CsvRecord[]> {
    const whole = this.#pending;
    this.#pending = "";
    yield* this.#split(whole, true);
  }

  *#split(text: string, isEnd: boolean): Generator<CsvRecord[]> {
    let records: CsvRecord[] = [];
    const isDecoded = !text.includes("\uFFFD");
    let at = 0;
    while (at < text.length) {
      const newline = text.indexOf("\n", at);
      const lineEnd = newline === -1 ? text.length : newline;
      const rawEnd = lineEnd > at && text.charCodeAt(lineEnd - 1) === 13 ? lineEnd - 1 : lineEnd;
      if (rawEnd === at) {
        this.#nextLine++;
        at = lineEnd + 1;
        continue;
      }
      const fields: string[] = [];
      const tooLong = isTooLong(text, at, rawEnd);
      const end = tooLong ? lineEnd : readFields(text, at, fields, this.#maxFields);
      if (end === UNCLOSED && !isEnd && text.length - at <= LINE_BYTES) {
        this.#pending = text.slice(at);
        break;
      }
      const fault = tooLong ? lineTooLong() : this.#faultOf(fields, end, end - at > LINE_BYTES && end > lineEnd);
      const spans = end > lineEnd && fault === undefined;
      const raw = spans ? text.slice(at, end).replace(/\r$/, "") : text.slice(at, rawEnd);
      if (fault === undefined && isDecoded) records.push({ line: this.#nextLine, raw, fields });
      else records.push(faulty(this.#nextLine, raw, fields, fault));
      this.#nextLine += spans ? linesIn(raw) : 1;
      at = (spans ? end : lineEnd) + 1;
      if (records.length === STEP_LINES) {
        yield records;
        records = [];
      }
    }
    yield records;
  }

  #faultOf(fields: readonly string[], end: number, isUnclosed: boolean): Issue | undefined {
    if (end === UNCLOSED || isUnclosed) {
      return {
        path: "",
        expected: `a closing quote within ${LINE_BYTES} bytes`,
        received: "a quote that is not closed",
      };
    }
    if (end === MISPLACED_QUOTE) {
      const path = `field ${fields.length + 1}`;
      return {
        path,
        expected: 'a quoted field closed before the comma, quotes in it doubled ("")',
        received: "an unescaped quote inside the field",
      };
    }
    if (end === TOO_MANY_FIELDS) {
      return { path: "", expected: `${this.#columns} fields`, received: `more than ${fields.length}` };
    }
    if (this.#columns === undefined) {
      this.#columns = fields.length;
      this.#maxFields = fields.length + 1;
    }
    return fields.length === this.#columns ? undefined : issueAt("", `${this.#columns} fields`, fields.length);
  }
}

function faulty(line: number, raw: string, fields: readonly string[], fault: Issue | undefined): CsvRecord {
  if (fault !== undefined) return { line, raw, fields, fault };
  return raw.includes("\uFFFD") ? { line, raw, fields, fault: notUtf8() } : { line, raw, fields };
}

function linesIn(raw: string): number {
  let lines = 1;
  for (let at = raw.indexOf("\n"); at !== -1; at = raw.indexOf("\n", at + 1)) lines++;
  return lines;
}
