import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { inflate } from "./inflate.ts";

async function* chunksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function inflateAll(bytes: Uint8Array, size = 1000) {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of inflate(chunksOf(bytes, size))) pieces.push(piece);
    return { text: Buffer.concat(pieces).toString(), error: undefined };
  } catch (error) {
    return { text: Buffer.concat(pieces).toString(), error };
  }
}

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${(from + index) * 7919}\n`).join("");

test.each([1, 7, 100_000])("several members are one file, in chunks of %i", async (size) => {
  const bytes = Buffer.concat([gzipSync("first "), gzipSync(""), gzipSync("second")]);
  expect(await inflateAll(bytes, size)).toEqual({ text: "first second", error: undefined });
});

describe("a file that breaks off", () => {
  test.each([10, 1000, 1_000_000])("gives all that was there, in chunks of %i", async (size) => {
    const whole = gzipSync(lines(0, 20_000));
    const { text, error } = await inflateAll(whole.subarray(0, whole.length / 2), size);
    expect(error).toMatchObject({ code: "FILE_BROKEN", reason: "truncated gzip" });
    expect(text.length).toBeGreaterThan(100_000);
    expect(lines(0, 20_000).startsWith(text)).toBe(true);
  });

  test("without its last byte is truncated", async () => {
    const whole = gzipSync(lines(0, 10));
    const { text, error } = await inflateAll(whole.subarray(0, -1));
    expect(error).toMatchObject({ reason: "truncated gzip" });
    expect(text).toBe(lines(0, 10));
  });

  test("in its header is truncated", async () => {
    expect((await inflateAll(gzipSync("x").subarray(0, 5))).error).toMatchObject({ reason: "truncated gzip" });
  });
});

test("flipped bits are found, and the same is read however the file is cut", async () => {
  const bytes = gzipSync(lines(0, 20_000));
  const middle = Math.floor(bytes.length / 2);
  bytes.fill(0xff, middle, middle + 50);
  const whole = await inflateAll(bytes, bytes.length);
  expect(whole.error).toMatchObject({ code: "FILE_BROKEN", reason: "corrupt gzip" });
  expect(whole.text.length).toBeGreaterThan(10_000);
  expect((await inflateAll(bytes, 100)).text).toBe(whole.text);
});

describe("zeros after the last member are padding", () => {
  const members = Buffer.concat([gzipSync("first "), gzipSync("second")]);
  // In one slice of what is inflated at a time, at its end, in the next one, and over several.
  test.each([1, 8192 - members.length, 8192, 100_000])("%i of them, however the file is cut", async (zeros) => {
    const padded = Buffer.concat([members, Buffer.alloc(zeros)]);
    const cutHere = [1, 7, members.length, members.length + 1, 8192, padded.length];
    for (const size of zeros < 10_000 ? cutHere : cutHere.slice(2))
      expect(await inflateAll(padded, size)).toEqual({ text: "first second", error: undefined });
  });

  test("the file is read to its end, for its checksum", async () => {
    let read = 0;
    async function* counted() {
      for await (const chunk of chunksOf(Buffer.concat([members, Buffer.alloc(50_000)]), 1000)) {
        read += chunk.length;
        yield chunk;
      }
    }
    for await (const _ of inflate(counted()));
    expect(read).toBe(members.length + 50_000);
  });
});

test.each(["lost", "\0\0lost", "\0".repeat(20_000) + "lost", "\0".repeat(20_000) + "\n"])(
  "what else follows the gzip is not passed over in silence (%#)",
  async (tail) => {
    for (const size of [1, 1000, 100_000]) {
      const { text, error } = await inflateAll(Buffer.concat([gzipSync("kept"), Buffer.from(tail)]), size);
      expect(error).toMatchObject({ code: "FILE_BROKEN", reason: "corrupt gzip" });
      expect(["", "kept"]).toContain(text);
    }
  },
);

test("a member behind zeros is not lost in silence: the file is corrupt", async () => {
  for (const zeros of [1, 512, 20_000]) {
    const bytes = Buffer.concat([gzipSync("first"), Buffer.alloc(zeros), gzipSync("second")]);
    expect(await inflateAll(bytes)).toMatchObject({ text: "first", error: { reason: "corrupt gzip" } });
  }
});

test("a bomb is stopped soon after the free part", async () => {
  const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 9 });
  let bytes = 0;
  const read = async () => {
    for await (const piece of inflate(chunksOf(bomb, 64 * 1024))) bytes += piece.length;
  };
  await expect(read()).rejects.toMatchObject({
    code: "FILE_BROKEN",
    reason: "inflates to more than 200 times its size",
  });
  expect(bytes).toBeLessThan(80 * 1024 * 1024);
});

test("a failing source is not taken for a broken file", async () => {
  const reset = new Error("connection reset");
  async function* failing() {
    yield gzipSync("x").subarray(0, 5);
    throw reset;
  }
  const read = async () => {
    for await (const _ of inflate(failing()));
  };
  await expect(read()).rejects.toBe(reset);
});

test("a reader that stops early leaves nothing open", async () => {
  for await (const piece of inflate(chunksOf(gzipSync(lines(0, 50_000)), 1000))) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
});
