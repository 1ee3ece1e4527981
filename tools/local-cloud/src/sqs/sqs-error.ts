/** A failure that SQS answers with a code (AWS: "Common errors" and the errors of each action of the SQS API). */
export class SqsError extends Error {
  /** Such as `InvalidParameterValue`. */
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SqsError";
    this.code = code;
  }
}

export const invalidParameter = (message: string): SqsError => new SqsError("InvalidParameterValue", message);

export const invalidValue = (parameter: string, value: unknown, reason: string): SqsError =>
  invalidParameter(`Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`);

export const missingParameter = (name: string): SqsError =>
  new SqsError("MissingParameter", `The request must contain the parameter ${name}.`);

/** The body of an error answer, in SQS's JSON protocol. */
export const errorBody = ({ code, message }: SqsError): { readonly __type: string; readonly message: string } => ({
  __type: `com.amazonaws.sqs#${code}`,
  message,
});

/** Codes that the older query protocol names otherwise; clients of both protocols read them from a header. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
};
const PREFIXED = new Set([
  "BatchEntryIdsNotDistinct",
  "BatchRequestTooLong",
  "EmptyBatchRequest",
  "InvalidBatchEntryId",
  "MessageNotInflight",
  "PurgeQueueInProgress",
  "QueueDeletedRecently",
  "TooManyEntriesInBatchRequest",
  "UnsupportedOperation",
]);

/** The value of `x-amzn-query-error` for a code (AWS: "AWS query compatible" of the SQS service model). */
export function queryError(code: string): string {
  const name = QUERY_CODES[code] ?? (PREFIXED.has(code) ? `AWS.SimpleQueueService.${code}` : code);
  return `${name};Sender`;
}
