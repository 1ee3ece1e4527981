import { alarm } from "./alarm.ts";
import { countedBy, functionMetric, tableMetric } from "./metrics.ts";
import type { ServiceName } from "./services.ts";
import { settingsOf } from "./stage.ts";

const SECOND_MS = 1_000;

/** What a service says of itself that its alarms depend on. */
interface Watched {
  readonly tables: readonly sst.aws.Dynamo[];
  readonly reservedConcurrency: number | undefined;
}

/**
 * The alarms that every service has. Its handler reports what fails record by record and does not fail itself, so Lambda's own
 * `Errors` are crashes, timeouts and broken deployments alone; an outage, a denied action or a missing table shows in what the
 * service counts (`BATCH_COUNTS` of @doorbell/batch).
 */
export function healthAlarms(
  name: ServiceName,
  made: sst.aws.Function,
  { tables, reservedConcurrency: reserved }: Watched,
): void {
  const records = countedBy(name, "Records");
  const retried = countedBy(name, "Retried");
  // Three of five minutes, so that one record that failed once wakes nobody, and the pauses of back-off are no end of it. Not quite
  // everything, since what can never succeed is parked meanwhile.
  alarm(name, "failing", {
    says: `Next to everything that ${name} was given failed, in three of five minutes.`,
    metric: { expression: "retried / records", of: { retried, records } },
    statistic: "Sum",
    atLeast: 0.9,
    periods: 5,
    breaching: 3,
  });
  alarm(name, "retrying", {
    says: `A fifth of what ${name} was given failed and comes again, for a quarter of an hour.`,
    metric: { expression: "IF(retried >= 20, retried / records, 0)", of: { retried, records } },
    statistic: "Sum",
    atLeast: 0.2,
    minutes: 5,
    periods: 3,
  });
  alarm(name, "rejected", {
    says: `A tenth of what ${name} was given in five minutes can never succeed.`,
    metric: {
      expression: "IF(rejected >= 10, rejected / records, 0)",
      of: { rejected: countedBy(name, "Rejected"), records },
    },
    statistic: "Sum",
    atLeast: 0.1,
    minutes: 5,
  });
  // One failure is retried and heals; what does not heal ends among the failures, which ring by themselves.
  alarm(name, "errors", {
    says: `${name} crashed, timed out or could not start five times in five minutes.`,
    metric: functionMetric(made, "Errors"),
    statistic: "Sum",
    atLeast: 5,
    minutes: 5,
  });
  alarm(name, "throttled", {
    says: `${name} was throttled in each of five minutes: ${reserved === undefined ? "the account's concurrency is" : `its reserved concurrency of ${reserved} is`} used up.`,
    metric: functionMetric(made, "Throttles"),
    statistic: "Sum",
    atLeast: 1,
    periods: 5,
  });
  alarm(name, "slow", {
    says: `${name} took four fifths of its timeout.`,
    metric: functionMetric(made, "Duration"),
    statistic: "Maximum",
    atLeast: made.nodes.function.timeout.apply((seconds) => 0.8 * SECOND_MS * (seconds ?? 3)),
    minutes: 5,
  });
  if (tables.length > 0) alarmOnThrottles(name, tables);
  const hours = settingsOf($app.stage).silentAfterHours[name];
  if (hours !== undefined)
    alarm(name, "silent", {
      says: `Nothing has come to ${name} for ${hours} hours.`,
      metric: records,
      statistic: "Sum",
      atLeast: 1,
      expected: true,
      minutes: 60 * hours,
    });
}

function alarmOnThrottles(name: ServiceName, tables: readonly sst.aws.Dynamo[]): void {
  const throttles = tables.flatMap((table, at) => [
    [`written${at}`, tableMetric(table, "WriteThrottleEvents")] as const,
    [`read${at}`, tableMetric(table, "ReadThrottleEvents")] as const,
  ]);
  alarm(name, "tables-throttled", {
    says: `DynamoDB throttled what ${name} asks of its tables, in each of five minutes.`,
    metric: {
      expression: throttles.map(([id]) => `FILL(${id}, 0)`).join(" + "),
      of: Object.fromEntries(throttles),
    },
    statistic: "Sum",
    atLeast: 1,
    periods: 5,
  });
}
