import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";
import { InvalidMetricNames } from "./metrics.ts";

const context = {
  awsRequestId: "request-1",
  functionName: "doorbell-local-report-maker",
  getRemainingTimeInMillis: () => 30_000,
};

const metrics = { namespace: "Reports", counts: ["Records", "Duplicates"], measures: ["EventAge"] } as const;

function invocation(environment: Record<string, string> = {}) {
  const lines: string[] = [];
  const logger = createLogger({ service: "report-maker", environment, metrics, write: (line) => lines.push(line) });
  logger.invocation(context, {});
  lines.length = 0;
  return { log: logger.invocation(context, {}), lines };
}

test("the metrics of an invocation are one line in embedded metric format, with the dimensions at its root", () => {
  const { log, lines } = invocation();
  log.metrics.count("Records", 10);
  log.metrics.count("Duplicates");
  log.metrics.count("Duplicates");
  log.metrics.measure("EventAge", 1_200.4);
  log.metrics.measure("EventAge", 300);
  log.metrics.write();
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    level: "INFO",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
    message: "metrics",
    service: "report-maker",
    function: "doorbell-local-report-maker",
    requestId: "request-1",
    coldStart: false,
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: "Reports",
          Dimensions: [["service", "function"]],
          Metrics: [
            { Name: "Records", Unit: "Count" },
            { Name: "Duplicates", Unit: "Count" },
            { Name: "EventAge", Unit: "Milliseconds" },
          ],
        },
      ],
    },
    Records: 10,
    Duplicates: 2,
    EventAge: 1_200,
  });
});

test("what was not counted is not there, and nothing counted is no line", () => {
  const { log, lines } = invocation();
  log.metrics.count("Records", 0);
  log.metrics.write();
  expect(lines).toEqual([]);
});

test("a second line does not repeat the first", () => {
  const { log, lines } = invocation();
  log.metrics.count("Records", 1);
  log.metrics.write();
  log.metrics.count("Records", 2);
  log.metrics.write();
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([{ Records: 1 }, { Records: 2 }]);
});

test("a clock that stands behind the sender's makes no negative age", () => {
  const { log, lines } = invocation();
  log.metrics.measure("EventAge", -40);
  log.metrics.write();
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ EventAge: 0 });
});

test.each([
  ["TRACE", "INFO"],
  ["DEBUG", "INFO"],
  ["INFO", "INFO"],
  ["WARN", "WARN"],
  ["FATAL", "FATAL"],
])("at the log level %s Lambda's filter lets the line through, for it says %s", (level, said) => {
  const { log, lines } = invocation({ AWS_LAMBDA_LOG_LEVEL: level });
  log.metrics.count("Records");
  log.metrics.write();
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: said, Records: 1 });
});

test("in the text format the line is JSON all the same, with nothing before it", () => {
  const { log, lines } = invocation({ AWS_LAMBDA_LOG_FORMAT: "Text" });
  log.metrics.count("Records");
  log.metrics.write();
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ Records: 1 });
});

test("a name that the app does not list is a type error", () => {
  const { log, lines } = invocation();
  // @ts-expect-error not one of the counts
  log.metrics.count("Pages");
  // @ts-expect-error a count is no measure
  log.metrics.measure("Records", 1);
  const bare = createLogger({ service: "report-maker", environment: {}, write: (line) => lines.push(line) });
  // @ts-expect-error a logger without metrics counts nothing
  const count: (name: "Records") => void = bare.invocation(context, null).metrics.count;
  expect(count).toBeTypeOf("function");
});

test.each([
  ["a field of every line", { counts: ["Records", "requestId"], measures: [] }, ["requestId"]],
  ["another count", { counts: ["Records", "Records"], measures: [] }, ["Records"]],
  ["a measure", { counts: ["Age"], measures: ["Age"] }, ["Age"]],
])("a metric named like %s is refused before anything is logged", (_, given, names) => {
  const make = () => createLogger({ service: "s", environment: {}, metrics: { namespace: "N", ...given } });
  expect(make).toThrow(InvalidMetricNames);
  expect(make).toThrow(expect.objectContaining({ code: "INVALID_METRIC_NAMES", names }));
});
