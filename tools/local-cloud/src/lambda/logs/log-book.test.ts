import { PassThrough } from "node:stream";
import { once } from "node:events";
import { expect, it } from "vitest";
import { CHARACTERS_PER_FUNCTION, createLogBook, LINES_PER_FUNCTION, MAX_LINE_CHARACTERS } from "./log-book.ts";
import { openLogStream } from "./log-stream.ts";

it("keeps the latest 20,000 lines of each function", () => {
  const book = createLogBook();
  for (let at = 0; at < LINES_PER_FUNCTION * 3; at += 1) book.write("busy", "stream", String(at));
  book.write("calm", "stream", "hello");
  const lines = book.lines("busy").map(({ line }) => line);
  expect(lines).toHaveLength(LINES_PER_FUNCTION);
  expect([lines[0], lines.at(-1)]).toEqual([String(LINES_PER_FUNCTION * 2), String(LINES_PER_FUNCTION * 3 - 1)]);
  expect(book.lines("calm")).toHaveLength(1);
  expect(book.lines().at(-1)?.line).toBe("hello");
});

it("keeps 32 Mi characters of each function", () => {
  const book = createLogBook();
  const lines = Array.from({ length: 200 }, (_, at) => `${at} `.padEnd(MAX_LINE_CHARACTERS, "x"));
  for (const line of lines) book.write("talkative", "stream", line);
  const kept = CHARACTERS_PER_FUNCTION / MAX_LINE_CHARACTERS;
  expect(book.lines().map(({ line }) => line.split(" ")[0])).toEqual(
    lines.slice(-kept).map((line) => line.split(" ")[0]),
  );
});

it("cuts a line that never ends, and holds no more of it than it keeps", async () => {
  const book = createLogBook();
  const output = new PassThrough();
  openLogStream(book, "endless").follow(output);
  // Longer than any string can be.
  const chunk = Buffer.alloc(16 * 1024 * 1024, "x");
  for (let written = 0; written < 544 * 1024 * 1024; written += chunk.length)
    if (!output.write(chunk)) await once(output, "drain");
  output.end("\nnext\n");
  await once(output, "end");
  expect(book.lines().map(({ line }) => line.length)).toEqual([MAX_LINE_CHARACTERS, 4]);
}, 60_000);
