import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CsvRecord, CsvRecords } from "./csv-records.ts";
import { LINE_BYTES } from "../../limits.ts";

function recordsOf(text: string, cuts: readonly number[] = []): CsvRecord[] {
  const csv = new CsvRecords();
  const records: CsvRecord[] = [];
  let at = 0;
  for (const cut of cuts) {
    const end = text.indexOf("\n", cut) + 1; // blocks end with a newline
    if (end <= at) continue;
    records.push(...[...csv.push(text.slice(at, end))].flat());
    at = end;
  }
  return [...records, ...[...csv.push(text.slice(at))].flat(), ...[...csv.end()].flat()];
}

const good = (text: string) => recordsOf(text).filter(({ fault }) => fault === undefined);
const faulty = (text: string) => recordsOf(text).filter(({ fault }) => fault !== undefined);

describe("a well-formed file", () => {
  test("has quoted commas, doubled quotes and newlines in fields, and real line numbers", () => {
    const records = recordsOf('a,b\n"1,5","say ""yes"""\r\n"two\nlines",x\n\nlast,line');
    expect(records.map(({ line, fields }) => [line, fields])).toEqual([
      [1, ["a", "b"]],
      [2, ["1,5", 'say "yes"']],
      [3, ["two\nlines", "x"]],
      [6, ["last", "line"]],
    ]);
  });

  test("keeps empty fields, quoted or not, also at the end", () => {
    expect(recordsOf('a,b,c\n,"",\n')[1]?.fields).toEqual(["", "", ""]);
  });

  test("is read as csv-parse reads it, wherever its blocks are cut", () => {
    const field = fc.oneof(
      fc.string({ unit: fc.constantFrom("a", "b", '"', ",", "\n", "\r\n", " ", "é", "😀") }),
      fc.constant(""),
    );
    const rows = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rows, fc.constantFrom("\n", "\r\n"), fc.array(fc.nat(400)), (content, lineEnd, cuts) => {
        const text = content
          .map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(","))
          .join(lineEnd);
        const peer: string[][] = parse(text, { record_delimiter: [lineEnd], relax_column_count: true });
        const records = recordsOf(
          text,
          cuts.toSorted((a, b) => a - b),
        );
        expect(records.map(({ fields }) => fields)).toEqual(peer);
        expect(records.every(({ fault }) => fault === undefined)).toBe(true);
      }),
    );
  });
});

describe("a fault costs one line", () => {
  test("a quote that is never closed", () => {
    const text = 'a,b\n1,x\n2,"open\n3,y\n4,z\n';
    expect(faulty(text).map(({ line, raw }) => [line, raw])).toEqual([[3, '2,"open']]);
    expect(good(text).map(({ line }) => line)).toEqual([1, 2, 4, 5]);
  });

  test("a forgotten quote before lines that have quotes themselves", () => {
    const text = 'a,b\n1,"x"\n2,"open\n3,"y"\n4,"z"\n';
    expect(faulty(text).map(({ line }) => line)).toEqual([3]);
    expect(good(text).map(({ line }) => line)).toEqual([1, 2, 4, 5]);
  });

  test("a quote inside a field that does not begin with one", () => {
    expect(faulty('a,b\n1,19" disk\n2,x\n')).toMatchObject([{ line: 2, fault: { path: "field 2" }, fields: ["1"] }]);
  });

  test("too few or too many fields", () => {
    expect(faulty("a,b\n1\n2,x\n3,y,z\n")).toMatchObject([
      { line: 2, fault: { expected: "2 fields", received: "1" } },
      { line: 4, fault: { expected: "2 fields", received: "3" } },
    ]);
    expect(faulty(`a,b\n1${",".repeat(1000)}"\n2,x\n`)).toMatchObject([
      { line: 2, fields: ["1", "", ""], fault: { expected: "2 fields", received: "more than 3" } },
    ]);
  });

  test("a replacement character, which stands for bytes that were no UTF-8", () => {
    expect(faulty("a,b\n1,M\uFFFDller\n2,x\n")).toMatchObject([{ line: 2, fields: ["1", "M\uFFFDller"] }]);
  });

  test("a line over the limit, which counts bytes", () => {
    const text = `a,b\n1,${"é".repeat(LINE_BYTES / 2 - 1)}\n2,${"é".repeat(LINE_BYTES / 2)}\n3,x\n`;
    expect(good(text).map(({ line }) => line)).toEqual([1, 2, 4]);
    expect(faulty(text).map(({ line }) => line)).toEqual([3]);
  });

  test("a quoted field that closes only after more than the limit, however the file is cut", () => {
    const fillers = Math.ceil(LINE_BYTES / 12);
    const filler = "filler,line\n".repeat(fillers);
    const text = `a,b\n1,"open\n${filler}",2\n3,x\n`;
    const rejected = (records: CsvRecord[]) =>
      records.filter(({ fault }) => fault !== undefined).map(({ line, raw }) => [line, raw]);
    expect(rejected(recordsOf(text))).toEqual([
      [2, '1,"open'],
      [fillers + 3, '",2'],
    ]);
    expect(rejected(recordsOf(text, [100, 1000, 500_000, 1_048_500]))).toEqual(rejected(recordsOf(text)));
  });
});

test("a line too long to be read ends what was open before it", () => {
  const csv = new CsvRecords();
  const records = [
    ...csv.push('a,b\n1,"open\n2,x\n'),
    ...csv.pushTooLong("3,yyy"),
    ...csv.push("4,z\n"),
    ...csv.end(),
  ].flat();
  expect(records.map(({ line, fault }) => [line, fault === undefined])).toEqual([
    [1, true],
    [2, false],
    [3, true],
    [4, false],
    [5, true],
  ]);
});

test("faults and line numbers do not depend on where the blocks are cut", () => {
  const piece = fc.constantFrom('"', '""', ",", "\n", "\r\n", "a", "b,c\n", '"d",e\n', "\uFFFD");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.array(fc.nat(100)), (pieces, cuts) => {
      const text = `a,b\n${pieces.join("")}`;
      expect(
        recordsOf(
          text,
          cuts.toSorted((a, b) => a - b),
        ),
      ).toEqual(recordsOf(text));
    }),
  );
});
