import { FunctionNotFound, FunctionNotRun, LambdaStopped, TooManyRequests } from "../invocation.ts";

/** An answer of the API that is an error: AWS's status, type and body. */
export class ApiError extends Error {
  readonly code = "LAMBDA_API_ERROR";
  readonly status: number;
  readonly type: string;
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, type: string, fields: Readonly<Record<string, string>>) {
    super(type);
    this.status = status;
    this.type = type;
    this.fields = fields;
  }
}

/** No function, or no such version of it, has this ARN or name. */
export const notFound = (arn: string): ApiError =>
  new ApiError(404, "ResourceNotFoundException", { Type: "User", Message: `Function not found: ${arn}` });

/** An operation of Lambda's API that the local cloud does not have. */
export const unknownOperation = (): ApiError =>
  new ApiError(404, "UnknownOperationException", {
    message: "The local cloud does not have this operation of Lambda.",
  });

/** Gives any failure the status and body that AWS gives it. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof FunctionNotFound) return notFound(error.functionName);
  if (error instanceof FunctionNotRun)
    return new ApiError(502, "InvalidRuntimeException", { Type: "User", Message: error.message });
  if (error instanceof TooManyRequests)
    return new ApiError(429, error.code, { Type: "User", message: "Rate Exceeded.", Reason: error.reason });
  if (error instanceof LambdaStopped)
    return new ApiError(503, "ServiceUnavailableException", { Type: "Service", message: error.message });
  return new ApiError(500, "ServiceException", { Type: "Service", message: String(error) });
}
