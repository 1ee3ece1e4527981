import { randomUUID } from "node:crypto";
import type { Handler } from "./front-server.ts";

/** The operations of EventBridge Scheduler by method and path (AWS: its API reference; protocol REST with JSON). */
const OPERATIONS: readonly (readonly [request: RegExp, operation: string])[] = [
  [/^POST \/schedules\/[^/]+$/, "CreateSchedule"],
  [/^PUT \/schedules\/[^/]+$/, "UpdateSchedule"],
  [/^GET \/schedules\/[^/]+$/, "GetSchedule"],
  [/^DELETE \/schedules\/[^/]+$/, "DeleteSchedule"],
  [/^GET \/schedules$/, "ListSchedules"],
  [/^POST \/schedule-groups\/[^/]+$/, "CreateScheduleGroup"],
  [/^GET \/schedule-groups\/[^/]+$/, "GetScheduleGroup"],
  [/^DELETE \/schedule-groups\/[^/]+$/, "DeleteScheduleGroup"],
  [/^GET \/schedule-groups$/, "ListScheduleGroups"],
  [/^POST \/tags\/.+$/, "TagResource"],
  [/^DELETE \/tags\/.+$/, "UntagResource"],
  [/^GET \/tags\/.+$/, "ListTagsForResource"],
];

/** Refuses every request to EventBridge Scheduler by its operation's name: the schedules that fire are those of the graph. */
export const refuseScheduler: Handler = (request, response) => {
  const asked = `${request.method} ${request.url?.split("?", 1)[0]}`;
  const operation = OPERATIONS.find(([pattern]) => pattern.test(asked))?.[1] ?? asked;
  const Message = `The local cloud does not have ${operation} of EventBridge Scheduler: schedules come from the project's graph, "doorbell status" shows them, and "doorbell tick NAME" fires one.`;
  const text = JSON.stringify({ Message });
  response.writeHead(400, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "x-amzn-errortype": "UnknownOperationException",
    "x-amzn-requestid": randomUUID(),
  });
  response.end(text);
};
