import { isFifoQueue } from "../../emulators/queues.ts";
import type { Graph } from "../../graph/graph.ts";
import { InvalidGraph } from "../../graph/invalid-graph.ts";
import { serviceOf } from "../../graph/service-of.ts";
import { isThere, type TargetParts } from "./delivery-target.ts";

/**
 * Checks that what functions send the records of their asynchronous invocations to is what Lambda takes and what is there (AWS:
 * invocation-async-retain-records, API_DestinationConfig).
 * @throws InvalidGraph
 */
export function checkDestinations(graph: TargetParts & Pick<Graph, "invokeConfigs">): void {
  for (const { functionName, onSuccess, onFailure } of graph.invokeConfigs)
    for (const [condition, arn] of Object.entries({ OnSuccess: onSuccess, OnFailure: onFailure })) {
      if (arn === undefined) continue;
      const problem = problemOf(condition, arn, graph);
      if (problem !== undefined)
        throw new InvalidGraph(functionName, `its ${condition} destination ${arn} is refused: ${problem}`);
    }
}

function problemOf(condition: string, arn: string, graph: TargetParts): string | undefined {
  const service = serviceOf(arn);
  // A bucket may be another project's.
  if (service === "s3") return condition === "OnFailure" ? undefined : "a bucket takes records of failures alone.";
  if (!["sqs", "sns", "lambda", "events"].includes(service))
    return "expected a queue, a topic, a function, an event bus, or for failures a bucket.";
  if (isFifoQueue(arn)) return "Lambda does not write to FIFO queues.";
  return isThere(arn, graph) ? undefined : "it is not in the graph.";
}
