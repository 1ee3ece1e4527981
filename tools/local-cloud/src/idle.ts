import { setTimeout as delay } from "node:timers/promises";
import type { CloudStatus } from "./cloud-status.ts";

/** The local cloud still had something to handle when the time was up, or was stopped. */
export class NotIdle extends Error {
  readonly code = "NOT_IDLE";
  /** What there was still to do. */
  readonly status: CloudStatus;
  constructor(timeoutMs: number, status: CloudStatus) {
    super(`The local cloud was not idle within ${timeoutMs} ms.`);
    this.name = "NotIdle";
    this.status = status;
  }
}

const LOOK_MS = 25;

/**
 * Whether `isIdle` held in time and before the abort. It must hold at two looks in a row: between an event source that lets go and
 * the next one that takes there may be a moment.
 */
export async function idleInTime(isIdle: () => boolean, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  let looks = 0;
  while (!signal.aborted) {
    looks = isIdle() ? looks + 1 : 0;
    if (looks === 2) return true;
    if (performance.now() >= end) return false;
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
