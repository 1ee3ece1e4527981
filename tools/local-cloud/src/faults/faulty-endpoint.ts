import { request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import type { Handler } from "../endpoint/front-server.ts";
import { declaredLength, readBody } from "../endpoint/read-body.ts";
import { routeOf, signedService } from "../endpoint/route.ts";
import { readBatchCall, type BatchCall } from "./batch-call.ts";
import { identityOf, type SeededDecisions } from "./seeded-decisions.ts";
import { failed, throttled, type CalledService, type ErrorAnswer } from "./error-answer.ts";
import { CRASH_MOMENTS, type CompleteFaultPlan, type CrashMoment } from "./fault-plan.ts";
import { asOutsider, type Sandbox, type Sandboxes } from "./sandboxes.ts";

/** A kill that comes a moment after a call comes within this time. */
const LATEST_KILL_MS = 30;

/** A call of an execution environment, read to its end. */
interface Call {
  readonly sandbox: Sandbox;
  readonly service: CalledService;
  readonly operation: string;
  readonly batch: BatchCall;
  readonly body: Buffer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Puts faults between execution environments and the services. What comes from outside goes straight through; a call that is to be
 * carried out goes through the endpoint a second time, as if it came from outside.
 *
 * A call's own faults are decided by its first record, those of a batch's entries by each entry.
 */
export function createFaultyEndpoint(options: {
  readonly plan: () => CompleteFaultPlan;
  readonly decisions: SeededDecisions;
  readonly sandboxes: Sandboxes;
  /** The endpoint's port. */
  readonly port: number;
  readonly inner: Handler;
}): Handler {
  const { plan, decisions, sandboxes } = options;
  const calls = new Map<string, number>();
  let counted: CompleteFaultPlan | undefined;

  /** Carries the call out. The answer is to be read by the caller of this. */
  function carryOut({ request }: Call, body: Buffer, headers: OutgoingHttpHeaders = {}): Promise<IncomingMessage> {
    const authorization = asOutsider(request.headers.authorization ?? "");
    return new Promise((resolve, reject) => {
      const onward = httpRequest(
        {
          hostname: "127.0.0.1",
          port: options.port,
          method: request.method,
          path: request.url,
          headers: { ...request.headers, authorization, ...headers },
        },
        resolve,
      );
      onward.on("error", reject);
      onward.end(body);
    });
  }

  /** When the function is to crash at this call, if it is. */
  function crashMoment({ sandbox: { functionName }, service, operation, batch }: Call): CrashMoment | undefined {
    if (counted !== plan()) calls.clear();
    counted = plan();
    const call = (calls.get(functionName) ?? 0) + 1;
    calls.set(functionName, call);
    const told = counted.crashAt.find(
      (each) => each.call === call && (functionName === each.function || functionName.endsWith(`-${each.function}`)),
    );
    if (told !== undefined) decisions.count("crashAt");
    const record = batch.records[0] ?? "";
    if (told === undefined && !decisions.happens("crashes", service, operation, record)) return undefined;
    const drawn = decisions.number("crash", operation, record, String(call));
    return told?.moment ?? CRASH_MOMENTS[Math.floor(drawn * CRASH_MOMENTS.length)];
  }

  async function crash(call: Call, moment: CrashMoment): Promise<void> {
    if (moment === "later") {
      const record = call.batch.records[0] ?? "";
      setTimeout(() => call.sandbox.kill(), decisions.number("kill", call.operation, record) * LATEST_KILL_MS).unref();
      return passOn(call);
    }
    if (moment === "after") (await carryOut(call, call.body)).resume();
    call.sandbox.kill();
    call.response.destroy();
  }

  async function passOn(call: Call): Promise<void> {
    const answer = await carryOut(call, call.body);
    call.response.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, call.response);
  }

  /** With some of its entries failed. */
  async function passOnInPart(call: Call): Promise<void> {
    const { batch, service, operation } = call;
    const chosen = new Set(
      batch.records.flatMap((record, at) =>
        decisions.happens("partialFailures", service, operation, record) ? [at] : [],
      ),
    );
    if (chosen.size === 0 || batch.without === undefined) return passOn(call);
    const rest = batch.without(chosen);
    let given = { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: "{}" };
    if (rest.body !== undefined) {
      const body = Buffer.from(rest.body);
      const answer = await carryOut(call, body, { "content-length": body.length, "accept-encoding": "identity" });
      const text = (await buffer(answer)).toString("utf8");
      given = { ...given, status: answer.statusCode ?? 502, body: text };
    }
    answerWith(call.response, given.status === 200 ? { ...given, body: rest.answer(given.body) } : given);
  }

  async function handle(call: Call): Promise<void> {
    const words = [call.service, call.operation, call.batch.records[0] ?? ""] as const;
    const moment = crashMoment(call);
    if (moment !== undefined) return crash(call, moment);
    if (decisions.happens("throttles", ...words)) return answerWith(call.response, throttled(call.service));
    if (decisions.happens("serverErrors", ...words)) {
      const isDone = decisions.number("done", ...words, String(decisions.counts["serverErrors"])) < 0.5;
      if (isDone) (await carryOut(call, call.body)).resume();
      return answerWith(call.response, failed(call.service));
    }
    if (decisions.happens("lostAnswers", ...words)) {
      await buffer(await carryOut(call, call.body));
      return void call.response.destroy();
    }
    if (decisions.happens("slowCalls", ...words)) await delay(decisions.number("slow", ...words) * plan().slowMs);
    return passOnInPart(call);
  }

  return async (request, response) => {
    const sandbox = sandboxes.of(request.headers);
    if (sandbox === undefined) return options.inner(request, response);
    if (decisions.quiet) {
      request.headers.authorization = asOutsider(request.headers.authorization ?? "");
      return options.inner(request, response);
    }
    const service = serviceOf(request);
    const limit = service === "dynamodb" ? BODY_LIMITS.dynamodb : BODY_LIMITS.objectBytes;
    // What is too large is refused as it would be without faults.
    if (declaredLength(request) > limit) return options.inner(request, response);
    const body = await readBody(request, limit);
    if (body === undefined) return answerWith(response, { status: 413, headers: {}, body: "" });
    const url = request.url ?? "/";
    const what = service === "sns" ? topicCall(body) : operationAndRecords(request, url, body);
    try {
      await handle({ sandbox, service, ...what, body, request, response });
    } catch (error) {
      // A killed environment no longer listens, and what it asked for goes unheard.
      if (!response.destroyed && !response.headersSent) throw error;
      response.destroy();
    }
  };
}

type Operation = Pick<Call, "operation" | "batch">;

function operationAndRecords({ method = "", headers }: IncomingMessage, url: string, body: Buffer): Operation {
  const target =
    String(headers["x-amz-target"] ?? "")
      .split(".")
      .at(-1) ?? "";
  if (target !== "") return { operation: target, batch: readBatchCall(target, body.toString("utf8")) };
  return { operation: `${method} ${objectOperation(url)}`, batch: { records: [identityOf(url.split("?")[0])] } };
}

/** A call of SNS, which comes as a form. */
function topicCall(body: Buffer): Operation {
  const form = new URLSearchParams(body.toString("utf8"));
  const message = form.get("Message") ?? form.get("PublishBatchRequestEntries.member.1.Message");
  return { operation: form.get("Action") ?? "", batch: { records: [identityOf(message ?? body.toString("utf8"))] } };
}

function serviceOf(request: IncomingMessage): CalledService {
  const route = routeOf(request.url ?? "/", request.headers);
  if (route === "dynamodb" || route === "lambda" || route === "sns" || route === "events") return route;
  if (route !== "fauxqs") return "other";
  const signed = signedService(request.url ?? "/", request.headers);
  return signed === "s3" || signed === "sqs" ? signed : "other";
}

/** Which of S3's operations: its queries without their values, which name uploads by ids. */
function objectOperation(url: string): string {
  const query = url.split("?", 2)[1] ?? "";
  return query
    .split("&")
    .map((pair) => pair.split("=", 1)[0] ?? "")
    .join("&");
}

function answerWith(response: ServerResponse, { status, headers, body }: ErrorAnswer): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
