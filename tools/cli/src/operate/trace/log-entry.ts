import * as v from "valibot";

const optionalText = v.optional(v.string());
/** The fields of a line that the generic parts of a story use. */
export const entrySchema = v.looseObject({
  message: v.string(),
  timestamp: v.string(),
  service: v.string(),
  requestId: optionalText,
  messageId: optionalText,
  sequenceNumber: optionalText,
  correlationId: optionalText,
  /** Ids of the records of a batch. */
  ids: v.optional(v.array(v.string())),
  outcome: optionalText,
  err: v.optional(v.looseObject({ name: v.string(), code: v.optional(v.union([v.string(), v.number()])) })),
});

/** A line that a function logged, with whatever fields it has. */
export type LogEntry = v.InferOutput<typeof entrySchema>;

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
