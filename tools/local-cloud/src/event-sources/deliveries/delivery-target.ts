import { isFifoQueue, type Queues } from "../../emulators/queues.ts";
import type { Topics } from "../../emulators/topics.ts";
import { functionNameOf } from "../../graph/function-name.ts";
import type { DeliveryTarget, Graph } from "../../graph/graph.ts";
import { busNameOf } from "../../graph/read-event-bridge.ts";
import { serviceOf } from "../../graph/service-of.ts";
import type { InvocationSource } from "../../lambda/finished-invocation.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";

/** The parts of a graph that targets are among. */
export type TargetParts = Pick<Graph, "buses" | "functions" | "queues" | "topics">;

/** What each service's targets must be among. */
const TARGETS: Readonly<Record<string, (arn: string, graph: TargetParts) => boolean>> = {
  lambda: (target, { functions }) => functions.some(({ name }) => name === functionNameOf(target)),
  sqs: (target, { queues }) => queues.some(({ arn }) => arn === target),
  sns: (target, { topics }) => topics.some(({ arn }) => arn === target),
  events: (target, { buses }) => buses.some(({ name }) => name === busNameOf(target)),
};

/** Whether the graph has it: a function, a queue, a topic, a bus. */
export const isThere = (arn: string, graph: TargetParts): boolean => TARGETS[serviceOf(arn)]?.(arn, graph) === true;

/** Whether the local cloud delivers to it: a function, a queue, a topic, a bus. */
export const isRunTarget = ({ arn }: Pick<DeliveryTarget, "arn">): boolean =>
  Object.hasOwn(TARGETS, serviceOf(arn)) && !arn.includes(":api-destination/");

/** What is wrong with a target that the local cloud delivers to, in a sentence. */
export function problemOfTarget(
  { arn, groupId, deadLetterArn }: DeliveryTarget,
  graph: TargetParts,
): string | undefined {
  if (!isThere(arn, graph)) return `its target ${arn} is not in the graph.`;
  if (isFifoQueue(arn) && groupId === undefined)
    return `Parameter(s) SqsParameters must be specified for target: ${arn}.`;
  if (deadLetterArn === undefined) return undefined;
  if (isFifoQueue(deadLetterArn)) return `${deadLetterArn} is a FIFO queue, and dead letters go to standard ones.`;
  return isThere(deadLetterArn, graph) ? undefined : `there is no queue ${deadLetterArn} for its dead letters.`;
}

/** Who takes what is delivered to a target that is no bus. */
export interface TargetServices {
  readonly queues: Pick<Queues, "send">;
  readonly topics: Pick<Topics, "publish">;
  readonly lambda: Pick<LambdaService, "invokeAsync">;
}

/** The name of a function, the ARN of anything else, as a status shows it. */
export const targetName = (arn: string): string => (serviceOf(arn) === "lambda" ? functionNameOf(arn) : arn);

/** Gives the input to a target that is no bus: a message, or an asynchronous invocation, which gets JSON alone. */
export function sendToTarget(
  { queues, topics, lambda }: TargetServices,
  { arn, groupId }: DeliveryTarget,
  input: string,
  source: InvocationSource,
): void {
  if (serviceOf(arn) === "sqs") return queues.send(arn, { body: input, groupId });
  if (serviceOf(arn) === "sns") return void topics.publish(arn, { body: input });
  JSON.parse(input);
  lambda.invokeAsync(functionNameOf(arn), input, source);
}
