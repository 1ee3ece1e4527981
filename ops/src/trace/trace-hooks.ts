import type { Environment } from "@doorbell/cli/aws/environment";
import type { TraceHooks } from "@doorbell/cli/operate/trace/trace-hooks";
import { openStoredRecords } from "../stored-records.ts";
import { logSteps } from "./log-steps.ts";
import { openRejectedLines } from "./rejected-lines.ts";
import { rejectedStory, storedStory } from "./stored-story.ts";

/** What this pipeline knows of the stories of its orders. */
export function traceHooks(environment: Environment): TraceHooks {
  const records = openStoredRecords(environment);
  const rejects = openRejectedLines(environment);
  return {
    subject: { field: "orderKey", noun: "order" },
    storyServices: ["upload-ingest"],
    called: (orderId) => records.keysOf(orderId),
    stored: (id) => storedStory(id, records, rejects),
    sought: (id) => rejectedStory(id, records, rejects),
    steps: logSteps,
  };
}
