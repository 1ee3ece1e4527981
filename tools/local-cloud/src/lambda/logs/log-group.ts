import type { FunctionDefinition } from "../../graph/graph.ts";

/** The log group of a function: one of its name, unless another one is configured (AWS page: "Working with Lambda function logs"). */
export function logGroupOf({ name, logGroup }: Pick<FunctionDefinition, "name" | "logGroup">): string {
  return logGroup ?? `/aws/lambda/${name}`;
}
