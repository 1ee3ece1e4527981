import { randomUUID } from "node:crypto";
import {
  copyFileSync,
  createReadStream,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

/** Bytes in files: those of its parts, one after the other. */
export interface FiledBytes {
  readonly id: string;
  readonly parts: readonly { readonly number: number; readonly bytes: number }[];
}

export const totalOf = ({ parts }: FiledBytes): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * Files for bytes that would fill the memory: of large objects, and of parts that are uploaded. A file is written once and never
 * changed. The folder has mode 0700, its files 0600.
 */
export interface ObjectFiles {
  /** Writes a part, or another one in its place. */
  write(id: string, part: number, bytes: Buffer): void;
  size(id: string, part: number): number;
  load(id: string, part: number): Buffer;
  /** Reads from the byte `start` up to and with `end`. What is removed meanwhile is read to its end all the same. */
  read(filed: FiledBytes, start: number, end: number): Readable;
  /** The same bytes under another id, taking no room of their own where the file system has hard links. */
  copy(filed: FiledBytes): FiledBytes;
  /** Removes all parts but these. */
  keepParts(filed: FiledBytes): void;
  remove(id: string): void;
  /** Removes what a process that was killed left: everything but these ids. */
  keepOnly(ids: ReadonlySet<string>): void;
  /** Removes a temporary folder. */
  close(): void;
}

const TEMPORARY = "doorbell-objects-";

/** Keeps files in `dir`, or, without one, in a temporary folder, which is made when it is needed. */
export function createObjectFiles(dir?: string): ObjectFiles {
  let made: string | undefined;
  const folder = (): string => {
    if (made !== undefined) return made;
    if (dir === undefined) removeAbandoned();
    else mkdirSync(dir, { recursive: true, mode: 0o700 });
    made = dir ?? mkdtempSync(join(tmpdir(), `${TEMPORARY}${process.pid}-`));
    return made;
  };
  const pathOf = (id: string, part?: number): string =>
    join(folder(), id, ...(part === undefined ? [] : [String(part)]));
  const readers = new Map<string, number>();
  const removedWhileRead = new Set<string>();

  function remove(id: string): void {
    if (readers.has(id)) removedWhileRead.add(id);
    else rmSync(pathOf(id), { recursive: true, force: true });
  }

  function release(id: string): void {
    const left = (readers.get(id) ?? 1) - 1;
    if (left > 0) return void readers.set(id, left);
    readers.delete(id);
    if (removedWhileRead.delete(id)) remove(id);
  }

  async function* chunks({ id, parts }: FiledBytes, start: number, end: number): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const { number, bytes } of parts) {
      const [from, to] = [Math.max(start - offset, 0), Math.min(end - offset, bytes - 1)];
      offset += bytes;
      if (from > to) continue;
      for await (const chunk of createReadStream(pathOf(id, number), { start: from, end: to })) yield chunk;
    }
  }

  return {
    write(id, part, bytes) {
      mkdirSync(pathOf(id), { recursive: true, mode: 0o700 });
      // A part that is uploaded again replaces the one before, also where the process is killed meanwhile.
      const writing = `${pathOf(id, part)}.${randomUUID()}`;
      writeFileSync(writing, bytes, { mode: 0o600 });
      renameSync(writing, pathOf(id, part));
    },
    size: (id, part) => statSync(pathOf(id, part)).size,
    load: (id, part) => readFileSync(pathOf(id, part)),
    read(filed, start, end) {
      readers.set(filed.id, (readers.get(filed.id) ?? 0) + 1);
      return Readable.from(chunks(filed, start, end), { objectMode: false }).once("close", () => release(filed.id));
    },
    copy({ id, parts }) {
      const copy = randomUUID();
      mkdirSync(pathOf(copy), { mode: 0o700 });
      for (const { number } of parts) link(pathOf(id, number), pathOf(copy, number));
      return { id: copy, parts };
    },
    keepParts({ id, parts }) {
      const kept = new Set(parts.map(({ number }) => String(number)));
      for (const name of readdirSync(pathOf(id))) if (!kept.has(name)) rmSync(join(pathOf(id), name));
    },
    remove,
    keepOnly(ids) {
      // A folder that is not there yet has nothing to remove.
      if (dir === undefined || statSync(dir, { throwIfNoEntry: false }) === undefined) return;
      for (const id of readdirSync(dir)) if (!ids.has(id)) remove(id);
    },
    close() {
      if (dir === undefined && made !== undefined) rmSync(made, { recursive: true, force: true });
    },
  };
}

function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Temporary folders of processes that were killed. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${TEMPORARY}(\\d+)-`).exec(name)?.[1]);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs where it only may not be signalled.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
