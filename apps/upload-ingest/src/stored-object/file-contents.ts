import { createHash } from "node:crypto";
import { FileBroken } from "./file-broken.ts";
import { inflate, isGzip } from "./inflate.ts";
import { FILE_BYTES } from "../limits.ts";

/** The bytes of a file, decompressed where they are gzip, and what is known of them once they are read. */
export interface FileContents {
  /** Can be read once. @throws FileBroken */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** SHA-256 of the bytes as stored, in hexadecimal; undefined unless all of them were read. */
  sha256(): string | undefined;
}

/** Opens the stored bytes of a file. Gzip is told by its magic bytes, whatever the file's name. */
export function fileContents(stored: AsyncIterable<Uint8Array>, maxBytes = FILE_BYTES): FileContents {
  const hash = createHash("sha256");
  let digest: string | undefined;
  async function* hashed() {
    for await (const chunk of stored) {
      hash.update(chunk);
      yield chunk;
    }
    digest = hash.digest("hex");
  }
  return { chunks: withinLimit(decompressed(hashed()), maxBytes), sha256: () => digest };
}

async function* decompressed(stored: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const beginning = await firstBytes(stored);
  const whole = prepend(beginning, stored);
  yield* isGzip(beginning) ? inflate(whole) : whole;
}

/** At least two bytes, where there are as many: a chunk may be shorter than the magic bytes. */
async function firstBytes(stored: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let beginning = new Uint8Array();
  while (beginning.length < 2) {
    const next = await stored.next();
    if (next.done === true) break;
    beginning = beginning.length === 0 ? new Uint8Array(next.value) : Buffer.concat([beginning, next.value]);
  }
  return beginning;
}

async function* prepend(beginning: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (beginning.length > 0) yield beginning;
  yield* rest;
}

async function* withinLimit(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new FileBroken(`longer than ${maxBytes} bytes`);
    yield chunk;
  }
}
