import { stat } from "node:fs/promises";

/** Files are stamped with a clock that is up to this much behind. */
const CLOCK_TICK_MS = 10;

/** Time of change and size of a file; another stamp means other contents. */
export async function fileStamp(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? "gone" : `${found.mtimeMs}:${found.size}`;
}

/** A stamp that no file has, where it changed since `begunAt`: nobody knows which of its contents were read. */
export async function stampOfInput(path: string, begunAt: number): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs >= begunAt - CLOCK_TICK_MS ? "changed" : fileStamp(path);
}
