import { completePlan, FAULT_KINDS, InvalidFaultPlan } from "@doorbell/local-cloud/faults/fault-plan";
import * as v from "valibot";
import type { ConsolePorts } from "./console-ports.ts";
import type { History } from "./history/history.ts";
import { readJson } from "./http/json-body.ts";
import { RequestError } from "./http/request-error.ts";
import type { Asked, Routes } from "./http/routes.ts";
import type { InvocationDetail, Outcome } from "./protocol.ts";
import type { RedriveJobs } from "./redrive-jobs.ts";
import { tellStory } from "./tell-story.ts";
import type { FaultDial } from "./fault-dial.ts";

const MAX_ROWS = 500;
/** Of an invocation's lines these many, the latest. */
const MAX_LINES = 2_000;

const OUTCOMES: readonly Outcome[] = ["answered", "partly-failed", "failed", "timed-out"];

const redriveSchema = v.object({
  ids: v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1), v.maxLength(10_000)),
  edited: v.optional(v.string()),
});
const messageSchema = v.object({
  queue: v.string(),
  body: v.pipe(v.string(), v.minLength(1)),
  groupId: v.optional(v.string()),
});
const invocationSchema = v.object({ function: v.string(), event: v.string(), wait: v.boolean() });

/** What the routes work with. */
export interface RoutesOptions {
  readonly ports: ConsolePorts;
  readonly history: History;
  readonly jobs: RedriveJobs;
  readonly faults: FaultDial;
}

/** The console's API, but for the feed and the session. */
export function consoleRoutes({ ports, history, jobs, faults }: RoutesOptions): Routes {
  const { cloud, failures, senders } = ports;
  return {
    "GET /api/invocations": ({ query, gone }) =>
      history.find(
        {
          limit: wholeNumber(query, "limit", MAX_ROWS) ?? 100,
          before: wholeNumber(query, "before", Number.MAX_SAFE_INTEGER),
          function: query.get("function") ?? undefined,
          outcome: oneOf(query, "outcome", OUTCOMES),
          text: query.get("text") ?? undefined,
        },
        gone,
      ),
    "GET /api/invocations/:place": ({ parts }) => invocationDetail(Number(parts["place"]), { cloud, history }),
    "POST /api/invocations": async ({ request }) => {
      const { function: name, event, wait } = await readJson(request, invocationSchema);
      if (!cloud.graph.functions.some((each) => each.name === name))
        throw new RequestError(404, `There is no function ${name}.`);
      requireJson(event);
      if (!wait) return cloud.lambda.invokeAsync(name, event);
      const { requestId, payload, functionError } = await cloud.lambda.invoke(name, event);
      return { requestId, answer: payload, failed: functionError !== undefined };
    },
    "GET /api/failures": () => failures.list(),
    "GET /api/failures/:id": async ({ parts }) => {
      const found = await failures.show(parts["id"] ?? "");
      if (found === undefined)
        throw new RequestError(404, "It is not there any more, or somebody else looks at it right now.");
      return found;
    },
    "POST /api/redrives": async ({ request }) => {
      const { ids, edited } = await readJson(request, redriveSchema);
      if (edited !== undefined && ids.length !== 1) throw new RequestError(400, "One failure can be edited at a time.");
      return jobs.start(ids, edited);
    },
    "DELETE /api/redrives/:id": ({ parts }) => {
      const job = jobs.stop(parts["id"] ?? "");
      if (job === undefined) throw new RequestError(404, "There is no such redrive any more.");
      return job;
    },
    "GET /api/story": async ({ query }) => {
      const id = query.get("id")?.trim() ?? "";
      if (id === "") throw new RequestError(400, "Name an id.");
      const story = await tellStory(id, { ...ports, history });
      if (story === undefined)
        throw new RequestError(
          404,
          `Nothing knows of ${id}: nothing that is stored, no log line that is kept, no failure.`,
        );
      return story;
    },
    "PUT /api/objects/:bucket": async (asked) => putObject(asked, ports),
    "GET /api/objects/:bucket/progress": async ({ parts, query }) => {
      const [bucket, key, eTag] = [parts["bucket"] ?? "", query.get("key") ?? "", query.get("etag") ?? ""];
      const versionId = query.get("version");
      return (await senders.follow({ bucket, key, eTag, ...(versionId !== null && { versionId }) })) ?? null;
    },
    "POST /api/messages": async ({ request }) => {
      const { queue, body, groupId } = await readJson(request, messageSchema);
      return senders.sendMessage({ queue, body, ...(groupId !== undefined && groupId !== "" && { groupId }) });
    },
    "GET /api/samples/:name": ({ parts, query }) =>
      senders.sample(parts["name"] ?? "", wholeNumber(query, "seed", 0xffffffff) ?? 1),
    "PUT /api/faults": async ({ request }) => {
      const rates = await readJson(request, v.record(v.string(), v.number()));
      try {
        return faults.turn(completePlan(rates));
      } catch (error) {
        if (error instanceof InvalidFaultPlan) throw new RequestError(400, error.message);
        throw error;
      }
    },
  };
}

/** The faults that have a rate, for the sliders. */
export const faultKinds: readonly string[] = FAULT_KINDS;

function invocationDetail(
  place: number,
  { cloud, history }: { readonly cloud: ConsolePorts["cloud"]; readonly history: History },
): InvocationDetail {
  const kept = history.get(place);
  if (kept === undefined) throw new RequestError(404, "This invocation is not kept any more.");
  const { row, event, answer, log } = kept;
  const lines = cloud.lambda
    .logEntries(row.function)
    .filter(({ stream, order }) => stream === log.stream && order >= log.from && order < log.to)
    .slice(-MAX_LINES)
    .map(({ time, line }) => ({ time, line }));
  return { row, ...(event !== undefined && { event }), ...(answer !== undefined && { answer }), lines };
}

async function putObject({ request, parts, query }: Asked, { senders, cloud }: ConsolePorts): Promise<unknown> {
  const bucket = parts["bucket"] ?? "";
  const key = query.get("key") ?? "";
  const bytes = Number(request.headers["content-length"]);
  if (!cloud.graph.buckets.some(({ name }) => name === bucket))
    throw new RequestError(404, `There is no bucket ${bucket}.`);
  if (key === "") throw new RequestError(400, "Name the key of the object.");
  if (!Number.isSafeInteger(bytes)) throw new RequestError(411, "The request does not say how long the file is.");
  return senders.putObject({ bucket, key, body: request, bytes });
}

function wholeNumber(query: URLSearchParams, name: string, most: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new RequestError(400, `${name} is no whole number up to ${most}.`);
  return Number(text);
}

function oneOf<Value extends string>(
  query: URLSearchParams,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const found = values.find((value) => value === text);
  if (found === undefined) throw new RequestError(400, `${name} is none of ${values.join(", ")}.`);
  return found;
}

function requireJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new RequestError(400, `The event is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
