import { randomUUID } from "node:crypto";
import type { Buckets } from "../../emulators/buckets.ts";
import type { Queues } from "../../emulators/queues.ts";
import type { Topics } from "../../emulators/topics.ts";
import { functionNameOf } from "../../graph/function-name.ts";
import type { FunctionDefinition } from "../../graph/graph.ts";
import { busNameOf } from "../../graph/read-event-bridge.ts";
import { serviceOf } from "../../graph/service-of.ts";
import type { InvocationSource } from "../finished-invocation.ts";
import type { AsyncEvent } from "./async-event-store.ts";
import { LambdaStopped, type InvocationResult } from "../invocation.ts";

/** Why an event is settled, as the record says it. */
export type Condition = "Success" | "RetriesExhausted" | "EventAgeExceeded" | "ZeroReservedConcurrency";

/** An event for a bus. */
interface ResultEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: string;
  readonly resources: readonly string[];
}

/** The parts of the local cloud that destinations need. */
export interface DestinationPorts {
  readonly buses: { put(busName: string, event: ResultEvent): string };
  readonly queues: Pick<Queues, "send">;
  readonly topics: Pick<Topics, "publish">;
  readonly buckets: Pick<Buckets, "put">;
}

/** How an event ended. */
export interface Settlement {
  readonly event: AsyncEvent;
  readonly condition: Condition;
  /** Of the last run, where there was one in this process. */
  readonly result?: InvocationResult | undefined;
}

/** The record of an asynchronous invocation (AWS page: "Capturing records of Lambda asynchronous invocations"). */
function invocationRecord(definition: FunctionDefinition, settlement: Settlement): object {
  const { event, condition, result } = settlement;
  const answer = result?.payload ?? event.lastError;
  const failed = result === undefined ? event.lastError !== undefined : result.functionError !== undefined;
  return {
    version: "1.0",
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${definition.arn}:$LATEST`,
      condition,
      approximateInvokeCount: event.invokes,
    },
    requestPayload: JSON.parse(event.payload),
    ...(answer === undefined
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: "$LATEST",
            ...(failed ? { functionError: "Unhandled" } : {}),
          },
          responsePayload: JSON.parse(answer),
        }),
  };
}

function errorMessageOf(body: string | undefined): string {
  const parsed: unknown = body === undefined ? undefined : JSON.parse(body);
  const found = typeof parsed === "object" && parsed !== null && "errorMessage" in parsed ? parsed.errorMessage : "";
  return typeof found === "string" ? found.slice(0, 1_024) : "";
}

/** Key of a record in a bucket. */
function objectKey(functionName: string): string {
  const now = new Date().toISOString();
  const day = now.slice(0, 10).replaceAll("-", "/");
  return `aws/lambda/async/${functionName}/${day}/${now.slice(0, 19).replaceAll(":", ".")}-${randomUUID()}`;
}

/** A destination that is a function is invoked with the record; what comes of that is its own configuration's business. */
function sendRecord(
  ports: SettlementPorts,
  arn: string,
  { name, arn: functionArn }: FunctionDefinition,
  record: { readonly body: string; readonly failed: boolean },
): void {
  const { body, failed } = record;
  switch (serviceOf(arn)) {
    case "sqs":
      return ports.queues.send(arn, { body });
    case "sns":
      return void ports.topics.publish(arn, { body });
    case "s3":
      return ports.buckets.put(arn.slice(arn.lastIndexOf(":") + 1), objectKey(name), body);
    case "events":
      return void ports.buses.put(busNameOf(arn), {
        source: "lambda",
        detailType: `Lambda Function Invocation Result - ${failed ? "Failure" : "Success"}`,
        detail: body,
        resources: [arn, `${functionArn}:$LATEST`],
      });
    default:
      return void ports.invokeAsync(functionNameOf(arn), body, {
        kind: "destination",
        name: functionArn,
        records: 1,
      });
  }
}

/** The destinations, and the other functions. */
export interface SettlementPorts extends DestinationPorts {
  invokeAsync(functionName: string, payload: string, source: InvocationSource): unknown;
}

/**
 * Sends what AWS sends when an event is settled: the record to the destination, and for a failure the event itself to the
 * function's dead-letter queue or topic. A destination that refuses is reported through `complain`, and the record is dropped, as on
 * AWS.
 * @throws LambdaStopped where a destination leads to functions, which take no more events
 */
export function settle(
  definition: FunctionDefinition,
  settlement: Settlement,
  ports: SettlementPorts,
  complain: (line: string) => void,
): void {
  const attempt = (send: () => void): void => {
    try {
      send();
    } catch (error) {
      if (error instanceof LambdaStopped) throw error;
      complain(`A record of ${settlement.event.requestId} could not be delivered: ${String(error)}`);
    }
  };
  const { event, condition, result } = settlement;
  const config = definition.invokeConfig;
  const destination = condition === "Success" ? config?.onSuccess : config?.onFailure;
  if (destination !== undefined) {
    const body = JSON.stringify(invocationRecord(definition, settlement));
    attempt(() => sendRecord(ports, destination, definition, { body, failed: condition !== "Success" }));
  }
  const deadLetterArn = definition.deadLetterArn;
  if (condition === "Success" || deadLetterArn === undefined) return;
  const attributes = {
    RequestID: event.requestId,
    ErrorCode: 200,
    ErrorMessage: errorMessageOf(result?.payload ?? event.lastError),
  };
  const message = { body: event.payload, attributes };
  attempt(() => {
    if (deadLetterArn.startsWith("arn:aws:sns:")) ports.topics.publish(deadLetterArn, message);
    else ports.queues.send(deadLetterArn, message);
  });
}
