import type { Environment } from "@doorbell/cli/aws/environment";
import type { TraceHooks } from "@doorbell/cli/operate/trace/trace-hooks";
import { openStoredRecords } from "../stored-records.ts";
import { logSteps } from "./log-steps.ts";
import { storedStory } from "./stored-story.ts";

/** What this pipeline knows of the stories of its orders. */
export function traceHooks(environment: Environment): TraceHooks {
  const records = openStoredRecords(environment);
  return {
    subject: { field: "orderKey", noun: "order" },
    storyServices: ["upload-ingest"],
    called: (orderId) => records.keysOf(orderId),
    stored: (id) => storedStory(id, records),
    steps: logSteps,
  };
}
