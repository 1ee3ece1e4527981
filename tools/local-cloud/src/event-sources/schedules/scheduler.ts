import { randomBytes, randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import type { ScheduleDefinition } from "../../graph/graph.ts";
import { busNameOf } from "../../graph/read-event-bridge.ts";
import { serviceOf } from "../../graph/service-of.ts";
import type { KeptFigures } from "../../kept-figures.ts";
import { LOCAL_ACCOUNT } from "../../local-region.ts";
import { parseSchedule } from "../../schedules/schedule-expression.ts";
import type { Deliveries, DeliveryFailure } from "../deliveries/deliveries.ts";
import { sendToTarget, targetName, type TargetServices } from "../deliveries/delivery-target.ts";
import type { EventRules } from "../event-bridge/event-rules.ts";
import { newCounters, type MappingStatus } from "../mapping-status.ts";
import { openScheduleBeginnings } from "./schedule-beginnings.ts";
import type { TimedSchedule } from "./schedule-timers.ts";

const MINUTE_MS = 60_000;

/** EventBridge Scheduler: its schedules, and what they have done. */
export interface Scheduler {
  readonly schedules: readonly TimedSchedule[];
  status(): MappingStatus[];
}

const executionSchema = v.object({ scheduledTime: v.string(), executionId: v.string() });
type Execution = v.InferOutput<typeof executionSchema>;

/**
 * The schedules of EventBridge Scheduler (AWS: scheduler schedule-types, managing-targets-templated, API_Target). A function is invoked
 * asynchronously: what fails in it is retried by its own configuration, and the retry policy is about invocations that are not taken.
 *
 * A rate without a start date fires as soon as the schedule is there, which is at the first boot: on a state folder it counts from that
 * one, and otherwise every boot is the first.
 */
export function createScheduler(
  options: TargetServices & {
    /** Checked already, by `checkSchedules`. */
    readonly schedules: readonly ScheduleDefinition[];
    readonly rules: Pick<EventRules, "put">;
    readonly deliveries: Pick<Deliveries, "register">;
    readonly state: DatabaseSync;
    readonly timeScale: number;
    readonly region: string;
    readonly figures?: KeptFigures;
  },
): Scheduler {
  const { rules, timeScale, region } = options;
  const arns = options.schedules.map(({ arn }) => arn);
  const beginnings = openScheduleBeginnings(options.state, arns);

  function send({ arn, target }: ScheduleDefinition, execution: Execution, attempt: number): void {
    const input = inputFor(target.input ?? notification(arn, execution, region), arn, execution, attempt);
    const { busEvent: event } = target;
    if (serviceOf(target.arn) !== "events")
      return sendToTarget(options, target, input, { kind: "schedule", name: arn, records: 1 });
    JSON.parse(input);
    if (event !== undefined) rules.put(busNameOf(target.arn), { ...event, detail: input });
  }

  const created = options.schedules.map((definition) => {
    const { name, component, arn, enabled, expression, timeZone, target } = definition;
    const counters = newCounters();
    options.figures?.keep(`schedule ${arn}`, counters);
    const deliver = options.deliveries.register<Execution>({
      key: arn,
      target,
      counters,
      schema: executionSchema,
      send: (execution, attempt) => send(definition, execution, attempt),
      deadLetter: (execution, failure) => deadLetter(definition, execution, failure, region),
    });
    const schedule = parseSchedule(expression, { timeZone, timeScale });
    // Start and end are of recurring schedules alone (AWS: scheduler API_CreateSchedule).
    const recurring = schedule.kind !== "at";
    const start = recurring && definition.start !== undefined ? new Date(definition.start) : undefined;
    const endMs = recurring && definition.end !== undefined ? Date.parse(definition.end) : Number.POSITIVE_INFINITY;
    let began = start ?? new Date();
    const timed: TimedSchedule = {
      name,
      component,
      arn,
      expression,
      enabled,
      begin(now) {
        const seen = beginnings.seen(arn, expression, now);
        began = start ?? seen ?? now;
        return seen === undefined ? new Date(now.getTime() - 1) : now;
      },
      next(after) {
        const from = start !== undefined && after < start ? new Date(start.getTime() - 1) : after;
        const next = schedule.next(from, began);
        return next !== undefined && next.getTime() < endMs ? next : undefined;
      },
      windowMs: definition.flexibleWindowMinutes * MINUTE_MS * timeScale,
      fire: (time) => deliver({ scheduledTime: toSecond(time), executionId: randomBytes(8).toString("hex") }),
    };
    return { definition, counters, timed };
  });
  return {
    schedules: created.map(({ timed }) => timed),
    status: () =>
      created.map(({ definition: { arn, target }, counters }) => ({
        uuid: arn,
        source: arn,
        target: targetName(target.arn),
        kind: "schedule" as const,
        ...counters,
      })),
  };
}

/** The input with Scheduler's keywords filled in (AWS: scheduler managing-schedule-context-attributes). */
function inputFor(input: string, arn: string, { scheduledTime, executionId }: Execution, attempt: number): string {
  return input
    .replaceAll("<aws.scheduler.schedule-arn>", arn)
    .replaceAll("<aws.scheduler.scheduled-time>", scheduledTime)
    .replaceAll("<aws.scheduler.execution-id>", executionId)
    .replaceAll("<aws.scheduler.attempt-number>", String(attempt));
}

/** What a target gets that has no input: `detail` is text (AWS: scheduler API_Target speaks of "a default notification"). */
function notification(arn: string, { scheduledTime }: Execution, region: string): string {
  return JSON.stringify({
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: LOCAL_ACCOUNT,
    time: scheduledTime,
    region,
    resources: [arn],
    detail: "{}",
  });
}

/** The dead-letter event (AWS: scheduler configuring-schedule-dlq): the input, and what happened as attributes. */
function deadLetter(
  { arn, target }: ScheduleDefinition,
  execution: Execution,
  { kind, error, exhausted, retries }: DeliveryFailure,
  region: string,
) {
  return {
    body: inputFor(target.input ?? notification(arn, execution, region), arn, execution, retries + 1),
    attributes: {
      SCHEDULE_ARN: arn,
      TARGET_ARN: target.arn,
      SCHEDULED_TIME: execution.scheduledTime,
      EXECUTION_ID: execution.executionId,
      ERROR_CODE: kind === "gone" ? goneCode(target.arn) : nameOf(error),
      ERROR_MESSAGE: error instanceof Error ? error.message : String(error),
      ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
      RETRY_ATTEMPTS: String(retries),
      IS_PAYLOAD_TRUNCATED: "false",
    },
  };
}

/** The target's service's own code. */
function goneCode(targetArn: string): string {
  if (serviceOf(targetArn) === "sqs") return "AWS.SimpleQueueService.NonExistentQueue";
  return serviceOf(targetArn) === "sns" ? "NotFound" : "ResourceNotFoundException";
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "Error");

const toSecond = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
