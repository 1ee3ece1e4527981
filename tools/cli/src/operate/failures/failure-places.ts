import type { Graph, QueueDefinition } from "@doorbell/local-cloud/graph/graph";
import { bucketVariable, queueVariable } from "@doorbell/local-cloud/local-environment";
import * as v from "valibot";
import { parseJson } from "../../parse-json.ts";
import { serviceOf } from "../../project-graph.ts";

/** A queue whose messages end in a dead-letter queue. */
export interface SourceQueue {
  /** The variable with its URL. */
  readonly variable: string;
  /** The last part of its ARN on the local cloud. */
  readonly name: string;
  readonly fifo: boolean;
  /** The service that it calls; undefined for a queue that nobody listens to. */
  readonly service?: string;
}

/** A function that a stream calls. */
export interface StreamService {
  readonly service: string;
  /** Whether its answer says which records failed. */
  readonly reportsFailures: boolean;
}

/** A queue or a bucket in which failures end, and whose they are. */
export interface FailurePlace {
  readonly type: "queue" | "bucket";
  /** Name of its component, such as `OrdersDlq`. */
  readonly component: string;
  /** The variable with its name or URL. */
  readonly variable: string;
  /** Queues of which it is the dead-letter queue. */
  readonly deadLettersOf: readonly SourceQueue[];
  /** Services whose asynchronous invocations end there. */
  readonly eventsOf: readonly string[];
  /** Services whose batches of a stream end there. */
  readonly batchesOf: readonly StreamService[];
  /** Rules of event buses and topics that put here what a target or a subscriber does not take, such as `rule Nightly`. */
  readonly deliveriesOf: readonly string[];
}

/**
 * Every place of a project where failures end: dead-letter queues of queues, rules and subscriptions, and queues and buckets to which
 * functions or streams send what they gave up. A topic or a bus that is such a target keeps nothing, so it is none.
 */
export function failurePlaces(graph: Graph): readonly FailurePlace[] {
  const places = [
    ...graph.queues.map(({ arn, component }) => ({
      type: "queue" as const,
      component,
      variable: queueVariable(component),
      ...failuresAt(graph, arn),
    })),
    ...graph.buckets.map(({ arn, component }) => ({
      type: "bucket" as const,
      component,
      variable: bucketVariable(component),
      ...failuresAt(graph, arn),
    })),
  ];
  return places.filter(({ deadLettersOf, eventsOf, batchesOf, deliveriesOf }) =>
    [deadLettersOf, eventsOf, batchesOf, deliveriesOf].some((found) => found.length > 0),
  );
}

function failuresAt(graph: Graph, arn: string): Omit<FailurePlace, "type" | "component" | "variable"> {
  const { queues, functions, mappings, rules, topics, subscriptions } = graph;
  return {
    deadLettersOf: queues
      .filter(({ redrive }) => redrive?.deadLetterArn === arn)
      .map((queue) => sourceOf(graph, queue)),
    eventsOf: functions
      .filter(({ invokeConfig, deadLetterArn }) => invokeConfig?.onFailure === arn || deadLetterArn === arn)
      .map(({ name }) => serviceOf(graph, name)),
    batchesOf: mappings
      .filter((mapping) => mapping.kind === "dynamodb" && mapping.onFailure === arn)
      .map(({ functionName, reportBatchItemFailures }) => ({
        service: serviceOf(graph, functionName),
        reportsFailures: reportBatchItemFailures,
      })),
    deliveriesOf: [
      ...rules
        .filter(({ targets }) => targets.some(({ deadLetterArn }) => deadLetterArn === arn))
        .map(({ component }) => `rule ${component}`),
      ...topics
        .filter((topic) =>
          subscriptions.some(
            ({ topicArn, attributes }) =>
              topicArn === topic.arn && deadLetterArnOf(attributes["RedrivePolicy"]) === arn,
          ),
        )
        .map(({ component }) => `topic ${component}`),
    ],
  };
}

/** Of a subscription, as SNS writes it. */
function deadLetterArnOf(redrivePolicy: string | undefined): string | undefined {
  const parsed = v.safeParse(v.object({ deadLetterTargetArn: v.string() }), parseJson(redrivePolicy ?? ""));
  return parsed.success ? parsed.output.deadLetterTargetArn : undefined;
}

function sourceOf(graph: Graph, { arn, name, component, fifo }: QueueDefinition): SourceQueue {
  const mapping = graph.mappings.find(({ eventSourceArn }) => eventSourceArn === arn);
  return {
    variable: queueVariable(component),
    name,
    fifo: fifo !== undefined,
    ...(mapping !== undefined && { service: serviceOf(graph, mapping.functionName) }),
  };
}
