import { createLogger } from "@doorbell/logger/logger";
import { expect, test } from "vitest";
import { queueEvent } from "../test/events.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { BATCH_COUNTS, BATCH_MEASURES } from "./batch-metrics.ts";
import type { Invocation } from "./invocation.ts";
import { batchMetrics, queueHandler } from "./queue-handler.ts";

const items = [{ id: "a" }, { id: "b" }];
const lines: string[] = [];
const service = { service: "report-maker", environment: {}, write: (line: string) => void lines.push(line) };
const metrics = { namespace: "Reports", counts: [...BATCH_COUNTS, "Pages"], measures: BATCH_MEASURES } as const;
const log = createLogger({ ...service, metrics });
const options = { park: async () => {}, log };

test("a service counts under its own names, beside what the handler counts, in one line", async () => {
  const handler = queueHandler({ ...options, handle: async (_, { metrics: own }) => own.count("Pages", 3) });
  await handler(queueEvent(items), lambdaContext());
  const documents = lines
    .map((line): unknown => JSON.parse(line))
    .filter((line) => JSON.stringify(line).includes("_aws"));
  expect(documents).toMatchObject([{ Records: 2, Pages: 6 }]);
});

test("a service that counts nothing of its own has the names of every handler, under its namespace", async () => {
  const written: object[] = [];
  const write = (line: string) => void written.push(JSON.parse(line));
  const own = createLogger({ ...service, metrics: batchMetrics("Mails"), write });
  await queueHandler({ ...options, log: own, handle: async () => {} })(queueEvent(items), lambdaContext());
  expect(written.at(-1)).toMatchObject({ Records: 2, _aws: { CloudWatchMetrics: [{ Namespace: "Mails" }] } });
});

test("a name that the logger does not know is a type error", () => {
  // @ts-expect-error "Chapters" is not one of its names
  queueHandler({ ...options, handle: async (_, { metrics: own }) => own.count("Chapters") });
  const countsChapters = async (_: unknown, { metrics: own }: Invocation<"Chapters">) => own.count("Chapters");
  // @ts-expect-error the same, of a function that is written elsewhere
  queueHandler({ ...options, handle: countsChapters });
  const bare = { ...service, metrics: { ...metrics, counts: ["Pages"] } } as const;
  // @ts-expect-error the logger must know what every handler counts, wherever it is made
  queueHandler({ ...options, log: createLogger(bare), handle: async () => {} });
  expect(BATCH_COUNTS).toContain("Records");
});
