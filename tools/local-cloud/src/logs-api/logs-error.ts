import { JsonApiError } from "../endpoint/json-api.ts";

/** A failure that CloudWatch Logs answers with a code. */
export class LogsError extends JsonApiError {
  constructor(code: "InvalidParameterException" | "ResourceNotFoundException", message: string) {
    super(code, message);
    this.name = "LogsError";
  }
}

/** A pattern that CloudWatch Logs does not take, or that is not built here. */
export function invalidPattern(why: string): LogsError {
  return new LogsError("InvalidParameterException", `Invalid filter pattern: ${why}`);
}
