import type { CloudStatus } from "@doorbell/local-cloud/start-local-cloud";
import { expect, it } from "vitest";
import { fakePorts } from "../../test/fake-ports.ts";
import type { Figures } from "../protocol.ts";
import { createFiguresLog, KEPT_SECONDS } from "./figures.ts";
import { pictureOf } from "./picture.ts";

const QUEUE = "arn:aws:sqs:eu-central-2:000000000000:jobs";
const WORKER = "arn:aws:lambda:eu-central-2:000000000000:function:worker";

/** Never by the clock: the test takes them. */
const NEVER_MS = 2_000_000_000;

it("tells rates from what was counted since the last second, and depth, age and durations as they are", async () => {
  const fake = fakePorts();
  const { ports } = fake;
  const first = await ports.cloud.status();
  let status: CloudStatus = first;
  const cloud = { ...ports.cloud, status: () => Promise.resolve(status) };
  const told: Figures[] = [];
  const log = createFiguresLog(
    { cloud, picture: pictureOf(cloud.graph), tell: (figures) => told.push(figures) },
    NEVER_MS,
  );
  await log.take();
  expect(told[0]?.nodes[WORKER]).toMatchObject({ rate: 0, errors: 0, environments: 1 });
  expect(told[0]?.nodes[QUEUE]).toMatchObject({ depth: 2, inFlight: 1, ageMs: 5_000 });
  expect(told[0]?.failures).toBe(3);

  fake.finish({ durationMs: 10 });
  fake.finish({ durationMs: 30 });
  status = {
    ...first,
    functions: first.functions.map((each) => ({ ...each, invocations: 1_000_000, errors: 500_000 })),
    mappings: [
      {
        uuid: "u",
        source: QUEUE,
        target: "worker",
        kind: "sqs",
        batches: 1,
        records: 3_000_000,
        retries: 0,
        failures: 0,
        discarded: 0,
        problem: "why",
      },
    ],
  };
  await log.take();
  const worker = told[1]?.nodes[WORKER];
  expect(worker).toMatchObject({ durationMs: 20 });
  expect((worker?.rate ?? 0) / (worker?.errors ?? 1)).toBeCloseTo(2, 3);
  expect((told[1]?.nodes[QUEUE]?.rate ?? 0) / (worker?.rate ?? 1)).toBeCloseTo(3, 3);
  expect(told[1]?.nodes[QUEUE]?.problem).toBe("why");
  log.stop();
});

it("keeps a minute", async () => {
  const { ports } = fakePorts();
  const log = createFiguresLog({ cloud: ports.cloud, picture: pictureOf(ports.cloud.graph), tell: () => {} }, NEVER_MS);
  for (let second = 0; second < KEPT_SECONDS + 5; second += 1) await log.take();
  expect(log.kept).toHaveLength(KEPT_SECONDS);
  log.stop();
});
