import * as fc from "fast-check";
import { it } from "vitest";
import { LONG_HISTORIES } from "../test/histories.ts";
import { inlineHistory } from "../test/inline-history.ts";
import { leaseHistory } from "../test/lease-history.ts";
import { transactHistory } from "../test/transact-history.ts";
import { memoryStore } from "./memory-store.ts";

const parameters = { numRuns: LONG_HISTORIES };

it("inline holds in many more histories", () => fc.assert(inlineHistory(memoryStore), parameters));
it("lease holds in many more histories", () => fc.assert(leaseHistory(memoryStore), parameters));
it("transact holds in many more histories", () => fc.assert(transactHistory(memoryStore), parameters));
