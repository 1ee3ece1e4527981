import { isObject } from "@doorbell/aws-events/is-object";
import type { ParsedBatch, ParsedRecord } from "@doorbell/aws-events/parsed";
import { parseSqsEvent } from "@doorbell/aws-events/sqs";
import type { OwnSource } from "@doorbell/cli/events/event-hooks";
import { parseBusinessEvent } from "@doorbell/event-contracts/business-event";

/** One business event by itself. */
export const businessEvents: OwnSource = {
  isIt: (event) => isObject(event) && "specversion" in event,
  read: (_, body) => {
    const parsed = parseBusinessEvent(body);
    return parsed.ok ? { ok: true, records: [{ ...parsed, index: 0 }] } : { ok: false, issues: parsed.issues };
  },
};

/** Messages of a queue with business events in them. */
export const queuedBusinessEvents: OwnSource = {
  isIt: (event) => {
    const first: unknown = isObject(event) && Array.isArray(event["Records"]) ? event["Records"][0] : undefined;
    if (!isObject(first) || first["eventSource"] !== "aws:sqs") return false;
    return typeof first["body"] === "string" && first["body"].includes('"specversion"');
  },
  read: withBusinessEvents,
};

function withBusinessEvents(event: unknown): ParsedBatch<unknown> {
  const batch = parseSqsEvent(event);
  if (!batch.ok) return batch;
  const records = batch.records.map((record): ParsedRecord<unknown> => {
    if (!record.ok) return record;
    const parsed = parseBusinessEvent(record.value.body);
    if (parsed.ok) return { ...record, value: { ...record.value, body: parsed.value } };
    const start = `Records[${record.index}].body`;
    const issues = parsed.issues.map((issue) => ({
      ...issue,
      path: issue.path === "" ? start : `${start}.${issue.path}`,
    }));
    return { ok: false, issues, index: record.index };
  });
  return { ok: true, records };
}
