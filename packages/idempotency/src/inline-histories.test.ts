import * as fc from "fast-check";
import { it } from "vitest";
import { HISTORIES, TIMEOUT_MS } from "../test/histories.ts";
import { inlineHistory } from "../test/inline-history.ts";
import { quotingStore } from "../test/quoting-store.ts";
import { memoryStore } from "./memory-store.ts";

it(
  "inline: whatever crashes, is lost, repeated or out of order, each event changes its item exactly once",
  () => fc.assert(inlineHistory(memoryStore), { numRuns: HISTORIES }),
  TIMEOUT_MS,
);

it(
  "inline: so too where refusals quote what they met",
  () =>
    fc.assert(
      inlineHistory(() => quotingStore(memoryStore())),
      { numRuns: HISTORIES / 4 },
    ),
  TIMEOUT_MS,
);
