import { createLogger } from "@doorbell/logger/logger";
import { expect, test } from "vitest";
import { eventOf, parserOf } from "../test/events.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { BATCH_COUNTS, BATCH_MEASURES } from "./batch-metrics.ts";
import type { Invocation } from "./invocation.ts";
import { queueHandler } from "./queue-handler.ts";

const items = [{ id: "a" }, { id: "b" }];
const lines: string[] = [];
const service = { service: "report-maker", environment: {}, write: (line: string) => void lines.push(line) };
const metrics = { namespace: "Reports", counts: [...BATCH_COUNTS, "Pages"], measures: BATCH_MEASURES } as const;
const log = createLogger({ ...service, metrics });
const options = { parse: parserOf(items), park: async () => {}, log };

test("a service counts under its own names, beside what the handler counts, in one line", async () => {
  const handler = queueHandler({ ...options, handle: async (_, { metrics: own }) => own.count("Pages", 3) });
  await handler(eventOf(items), lambdaContext());
  const documents = lines
    .map((line): unknown => JSON.parse(line))
    .filter((line) => JSON.stringify(line).includes("_aws"));
  expect(documents).toMatchObject([{ Records: 2, Pages: 6 }]);
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
