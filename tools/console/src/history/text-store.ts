import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Where a text lies in a store. */
export interface TextPlace {
  readonly block: number;
  readonly from: number;
  readonly to: number;
}

/** Texts are compressed together, once there are so many characters: in tens of calls less, to a third of the bytes. */
const BLOCK_CHARACTERS = 256 * 1024;

/** The latest texts, compressed, in a bounded number of bytes; the oldest go first, a block at a time. Texts are well-formed Unicode. */
export interface TextStore {
  put(text: string): TextPlace;
  /** Undefined for one that had to go. */
  get(place: TextPlace): string | undefined;
  /** Of what is compressed. Beside it there are two blocks as they are: the one that fills, and the one that was read last. */
  readonly bytes: number;
}

/** An empty store. The latest block stays, also where it alone is larger than `maximumBytes`. */
export function createTextStore(maximumBytes: number): TextStore {
  /** Those before `first` are gone. */
  const blocks: Uint8Array[] = [];
  let first = 0;
  let bytes = 0;
  let filling: string[] = [];
  let characters = 0;
  let lastRead: { readonly block: number; readonly text: string } | undefined;

  function close(): void {
    const compressed = zstdCompressSync(filling.join(""));
    // Not the buffer itself, nor a copy by Buffer: both may hold on to one of Node's pool that is three times as large.
    blocks.push(new Uint8Array(compressed));
    bytes += compressed.length;
    filling = [];
    characters = 0;
    while (blocks.length > 1 && bytes > maximumBytes) {
      bytes -= blocks.shift()?.length ?? 0;
      first += 1;
    }
  }

  function read(block: number): string | undefined {
    const found = blocks[block - first];
    if (found === undefined) return undefined;
    if (lastRead?.block === block) return lastRead.text;
    const text = zstdDecompressSync(found).toString("utf8");
    lastRead = { block, text };
    return text;
  }

  return {
    get bytes() {
      return bytes;
    },
    put(text) {
      const place = { block: first + blocks.length, from: characters, to: characters + text.length };
      filling.push(text);
      characters = place.to;
      if (characters >= BLOCK_CHARACTERS) close();
      return place;
    },
    get({ block, from, to }) {
      const text = block === first + blocks.length ? filling.join("") : read(block);
      return text?.slice(from, to);
    },
  };
}
