import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFrontServer, type FrontServer } from "./front-server.ts";
import { refuseScheduler } from "./refuse-scheduler.ts";

let front: FrontServer;
beforeAll(async () => {
  front = await startFrontServer(0);
  front.serve(refuseScheduler);
});
afterAll(() => front.stop());

async function ask(method: string, path: string, body = "") {
  const request = httpRequest({ host: "127.0.0.1", port: front.port, method, path });
  // An answer may come before the body was taken, which then is no failure.
  request.on("error", () => undefined);
  request.end(body);
  const [response] = await once(request, "response");
  return {
    status: response.statusCode,
    code: response.headers["x-amzn-errortype"],
    message: JSON.parse(await text(response)).Message,
  };
}

// AWS: API reference of EventBridge Scheduler, "Actions"; protocol REST with JSON.
describe("an operation of EventBridge Scheduler is refused by its name:", () => {
  test.each([
    ["CreateSchedule", "POST", "/schedules/nightly"],
    ["UpdateSchedule", "PUT", "/schedules/nightly"],
    ["GetSchedule", "GET", "/schedules/nightly?groupName=default"],
    ["DeleteSchedule", "DELETE", "/schedules/nightly"],
    ["ListSchedules", "GET", "/schedules?MaxResults=1"],
    ["CreateScheduleGroup", "POST", "/schedule-groups/g"],
    ["GetScheduleGroup", "GET", "/schedule-groups/g"],
    ["DeleteScheduleGroup", "DELETE", "/schedule-groups/g"],
    ["ListScheduleGroups", "GET", "/schedule-groups"],
    ["TagResource", "POST", "/tags/arn%3Aaws"],
    ["UntagResource", "DELETE", "/tags/arn%3Aaws?TagKeys=a"],
    ["ListTagsForResource", "GET", "/tags/arn%3Aaws"],
  ])("%s", async (operation, method, path) => {
    expect(await ask(method, path)).toEqual({
      status: 400,
      code: "UnknownOperationException",
      message: expect.stringContaining(`does not have ${operation} of EventBridge Scheduler`),
    });
  });

  test.each([
    ["an operation that there is none", "PATCH", "/schedules/nightly", "PATCH /schedules/nightly"],
    ["a path that is no URL", "GET", "//", "GET //"],
    ["a path with broken escapes", "POST", "/schedules/%E0%A4%A", "CreateSchedule"],
    ["a body of 32 MB that is no JSON", "POST", "/schedules/nightly", "CreateSchedule", "x".repeat(32 * 1024 * 1024)],
  ])("%s", async (_what, method, path, named, body = "") => {
    expect(await ask(method, path, body)).toMatchObject({ status: 400, message: expect.stringContaining(named) });
    expect(await ask("GET", "/schedules")).toMatchObject({ status: 400 });
  });
});
