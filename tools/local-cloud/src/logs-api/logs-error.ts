/** A failure that CloudWatch Logs answers with a code. */
export class LogsError extends Error {
  readonly code: string;
  constructor(
    code:
      | "InvalidParameterException"
      | "ResourceNotFoundException"
      | "UnknownOperationException"
      | "SerializationException",
    message: string,
  ) {
    super(message);
    this.name = "LogsError";
    this.code = code;
  }
}

/** A pattern that CloudWatch Logs does not take, or that is not built here. */
export function invalidPattern(why: string): LogsError {
  return new LogsError("InvalidParameterException", `Invalid filter pattern: ${why}`);
}
