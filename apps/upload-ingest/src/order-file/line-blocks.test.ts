import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LINE_BYTES } from "../limits.ts";
import { type LineBlock, LineBlocks } from "./line-blocks.ts";

function blocksOf(bytes: Uint8Array, chunkBytes: number): LineBlock[] {
  const blocks = new LineBlocks();
  const found: LineBlock[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) found.push(...blocks.push(bytes.subarray(at, at + chunkBytes)));
  found.push(...blocks.flush());
  const rest = blocks.rest();
  return rest === "" ? found : [...found, { kind: "lines", text: rest }];
}

test("the text is that of the bytes, characters whole, wherever the chunks end", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("line\n", "é", "😀\n", "\n", "x".repeat(3000))),
      fc.integer({ min: 1, max: 9000 }),
      (parts, size) => {
        const text = parts.join("");
        const blocks = blocksOf(Buffer.from(text), size);
        expect(blocks.map((block) => (block.kind === "lines" ? block.text : "")).join("")).toBe(text);
        expect(blocks.slice(0, -1).every((block) => block.kind === "lines" && block.text.endsWith("\n"))).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test("a line of 5 MB is skipped as it comes, and its neighbours are not", () => {
  const bytes = Buffer.from(`before\n${"y".repeat(5 * LINE_BYTES)}\nafter`);
  const blocks = blocksOf(bytes, 64 * 1024);
  const lines = blocks.map((block) => (block.kind === "lines" ? block.text : block.kind));
  expect(lines).toEqual(["before\n", "too-long", "after"]);
});
