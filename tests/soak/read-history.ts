import { readFileSync } from "node:fs";
import * as v from "valibot";
import type { History } from "./history.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const fault = v.strictObject({
  at: v.string(),
  kind: v.picklist([
    "throttled",
    "partial",
    "lost",
    "retried",
    "late",
    "held-request",
    "held-answer",
    "crash-before",
    "crash-after",
    "crash-end",
    "duplicate",
    "again",
    "reorder",
  ]),
  ms: count,
});
const order = v.strictObject({
  id: v.string(),
  file: v.exactOptional(count),
  amounts: v.array(count),
  cancelled: count,
  resent: count,
  isElsewhere: v.boolean(),
  isBad: v.boolean(),
});
const historySchema: v.GenericSchema<unknown, History> = v.strictObject({
  seed: count,
  sent: v.array(v.union([order, v.strictObject({ id: v.string(), nonsense: v.string() })])),
  faults: v.exactOptional(v.array(fault)),
});

/** A history out of a file that the soak wrote. @throws where the file is not one */
export function readHistory(file: string): History {
  return v.parse(historySchema, JSON.parse(readFileSync(file, "utf8")));
}
