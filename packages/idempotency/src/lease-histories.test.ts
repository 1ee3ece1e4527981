import * as fc from "fast-check";
import { it } from "vitest";
import { HISTORIES, TIMEOUT_MS } from "../test/histories.ts";
import { leaseHistory } from "../test/lease-history.ts";
import { quotingStore } from "../test/quoting-store.ts";
import { memoryStore } from "./memory-store.ts";

it(
  "lease: never two valid owners, fences only grow, nothing runs after its completion is stored, nobody waits for ever",
  () => fc.assert(leaseHistory(memoryStore), { numRuns: HISTORIES }),
  TIMEOUT_MS,
);

it(
  "lease: so too where refusals quote what they met",
  () =>
    fc.assert(
      leaseHistory(() => quotingStore(memoryStore())),
      { numRuns: HISTORIES / 4 },
    ),
  TIMEOUT_MS,
);
