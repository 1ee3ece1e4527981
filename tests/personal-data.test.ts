import { PERSONAL_DATA_PATHS } from "@doorbell/event-contracts/personal-data";
import { sampleOrderCancelled, sampleOrderPlaced } from "@doorbell/event-contracts/testing";
import { createLogger } from "@doorbell/logger/logger";
import { expect, it } from "vitest";

const lines: string[] = [];
const write = (line: string) => void lines.push(line);
const log = createLogger({ service: "any", environment: {}, redact: PERSONAL_DATA_PATHS, write });

it("a business event that is logged whole tells neither who ordered, nor where they live, nor what they wrote", () => {
  const secret = "canary";
  const shipTo = { country: secret, city: secret, state: secret, postalCode: secret, region: secret };
  const placed = sampleOrderPlaced({ customer: { id: "C-1", name: secret }, shipTo });
  const cancelled = sampleOrderCancelled({ reason: secret });
  log.info({ event: placed, order: { placed: placed.data, cancelled: cancelled.data } }, "placed");
  log.info({ events: [placed, cancelled], customer_name: secret }, "both");
  log.info(cancelled, "cancelled");
  expect(lines).toHaveLength(3);
  expect(lines.join("\n")).not.toContain(secret);
  expect(lines.join("\n")).toContain('"id":"C-1"');
});
