import type * as v from "valibot";
import type { LogGroups } from "./log-groups.ts";

/** An action of CloudWatch Logs: the parameters that it knows, and what it answers. */
export interface Action<Schema extends v.GenericSchema> {
  readonly parameters: Schema;
  readonly answer: (groups: LogGroups, parameters: v.InferOutput<Schema>) => object;
}
