import { createGunzip } from "node:zlib";
import { FileBroken } from "./file-broken.ts";
import { INFLATION_FREE_BYTES, INFLATION_RATIO } from "../limits.ts";

/**
 * Compressed bytes that are inflated at a time. Deflate makes at most 1,032 bytes of one, so no more than 8 MB are held
 * even of a file that is made to burst.
 */
const SLICE_BYTES = 8 * 1024;
const OUTPUT_BYTES = 64 * 1024;

/** True for the magic bytes of gzip. */
export function isGzip(beginning: Uint8Array): boolean {
  return beginning[0] === 0x1f && beginning[1] === 0x8b;
}

/**
 * Inflates gzip of one or several members. Zeros after the last one are padding, as tapes and some senders add it, and are passed
 * over. A member behind such zeros, which GNU gzip ignores with a warning, makes the file corrupt. Of a truncated file everything that is there is yielded
 * before it throws; of a corrupt one everything before the 8 KiB with the fault.
 *
 * @throws FileBroken where it is truncated, corrupt (something else after the gzip is, too), or inflates beyond the limits
 */
export async function* inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  const inflated: Uint8Array[] = [];
  let compressedBytes = 0;
  /** Bytes after the last member; not zero once they have begun. */
  let padding = 0;
  let bytes = 0;
  // Flowing, so that nothing stays in the stream's own buffer, which is lost when the stream fails.
  gunzip.on("data", (chunk: Uint8Array) => inflated.push(chunk));
  const failed = new Promise<never>((_resolve, reject) => gunzip.once("error", reject));
  failed.catch(() => {}); // awaited below; until then it must not count as unhandled
  const ended = new Promise<void>((resolve) => gunzip.once("end", resolve));
  try {
    for await (const slice of slicesOf(chunks)) {
      compressedBytes += slice.length;
      // Zeros after a member end the stream, which then answers no write.
      if (padding === 0)
        await Promise.race([failed, ended, new Promise<void>((resolve) => gunzip.write(slice, () => resolve()))]);
      for (let piece = inflated.shift(); piece !== undefined; piece = inflated.shift()) {
        bytes += piece.length;
        yield piece;
      }
      if (bytes > INFLATION_FREE_BYTES && bytes > compressedBytes * INFLATION_RATIO) {
        throw new FileBroken(`inflates to more than ${INFLATION_RATIO} times its size`);
      }
      padding = compressedBytes - gunzip.bytesWritten;
      if (!isZeros(slice.subarray(Math.max(0, slice.length - padding)))) throw new FileBroken("corrupt gzip");
    }
    gunzip.end();
    await Promise.race([failed, ended]);
    yield* inflated;
  } catch (error) {
    throw brokenGzip(error);
  } finally {
    gunzip.destroy();
  }
}

const ZEROS = Buffer.alloc(SLICE_BYTES);

function isZeros(slice: Uint8Array): boolean {
  return ZEROS.subarray(0, slice.length).equals(slice);
}

/** Cut at multiples of the slice's size, so that what is lost with a corrupt slice does not depend on the chunks. */
async function* slicesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; at + SLICE_BYTES <= bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
    rest = bytes.subarray(at);
  }
  if (rest.length > 0) yield rest;
}

function brokenGzip(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  if (error.code === "Z_BUF_ERROR") return new FileBroken("truncated gzip", { cause: error });
  if (error.code === "Z_DATA_ERROR") return new FileBroken("corrupt gzip", { cause: error });
  return error;
}
