import * as fc from "fast-check";
import { it } from "vitest";
import { HISTORIES, TIMEOUT_MS } from "../test/histories.ts";
import { transactHistory } from "../test/transact-history.ts";
import { memoryStore } from "./memory-store.ts";

it(
  "transact: whatever crashes, is lost or repeated, the effects of one key happen together and once",
  () => fc.assert(transactHistory(memoryStore), { numRuns: HISTORIES }),
  TIMEOUT_MS,
);
