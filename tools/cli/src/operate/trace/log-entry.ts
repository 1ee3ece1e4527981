import * as v from "valibot";

const entrySchema = v.looseObject({
  message: v.string(),
  timestamp: v.string(),
  service: v.string(),
  requestId: v.string(),
  orderId: v.optional(v.string()),
  messageId: v.optional(v.string()),
  eventId: v.optional(v.string()),
  sequenceNumber: v.optional(v.string()),
  correlationId: v.optional(v.string()),
  ids: v.optional(v.array(v.string())),
  receiveCount: v.optional(v.number()),
  type: v.optional(v.string()),
  version: v.optional(v.number()),
  outcome: v.optional(v.string()),
  meeting: v.optional(v.string()),
  writtenAt: v.optional(v.string()),
  throttled: v.optional(v.number()),
  throttledBy: v.optional(v.string()),
  reason: v.optional(v.string()),
  status: v.optional(v.string()),
  lines: v.optional(v.number()),
  orders: v.optional(v.number()),
  rejectedLines: v.optional(v.number()),
  err: v.optional(v.looseObject({ name: v.string(), code: v.optional(v.union([v.string(), v.number()])) })),
});

/** A line that a service logged. */
export type LogEntry = v.InferOutput<typeof entrySchema>;

const reportSchema = v.object({
  time: v.string(),
  type: v.literal("platform.report"),
  record: v.looseObject({ requestId: v.string(), status: v.string(), errorType: v.optional(v.string()) }),
});

/** How an invocation ended that did not end well, as the platform logs it. */
export interface FailedInvocation {
  readonly at: string;
  readonly service: string;
  readonly requestId: string;
  readonly status: string;
  readonly errorType?: string;
}

/** A line in the form in which a story can use it; undefined for one that has nothing to tell. */
export type ReadLine =
  | { readonly kind: "entry"; readonly entry: LogEntry }
  | { readonly kind: "failed"; readonly invocation: FailedInvocation };

/** Reads a line of the log of `service`. Never throws. */
export function readLogLine(service: string, line: string): ReadLine | undefined {
  const parsed = parseJson(line);
  const entry = v.safeParse(entrySchema, parsed);
  if (entry.success) return { kind: "entry", entry: entry.output };
  const report = v.safeParse(reportSchema, parsed);
  if (!report.success || report.output.record.status === "success") return undefined;
  const { requestId, status, errorType } = report.output.record;
  const at = report.output.time;
  return {
    kind: "failed",
    invocation: { at, service, requestId, status, ...(errorType !== undefined && { errorType }) },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
