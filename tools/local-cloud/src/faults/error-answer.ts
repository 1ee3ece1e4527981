/** A service that handlers call. */
export type CalledService = "s3" | "sqs" | "dynamodb" | "lambda" | "other";

/** An error as a service words it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_ERRORS = {
  sqs: { throttle: "com.amazonaws.sqs#RequestThrottled", failure: "com.amazonaws.sqs#InternalFailure" },
  dynamodb: {
    throttle: "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    failure: "com.amazonaws.dynamodb.v20120810#InternalServerError",
  },
  lambda: { throttle: "TooManyRequestsException", failure: "ServiceException" },
  other: { throttle: "ThrottlingException", failure: "InternalFailure" },
} as const;

/** "Too many requests", as the service says it: retryable, and nothing was done. */
export function throttled(service: CalledService): ErrorAnswer {
  if (service === "s3") return xmlError(503, "SlowDown", "Please reduce your request rate.");
  return jsonError(service === "lambda" ? 429 : 400, JSON_ERRORS[service].throttle);
}

/** "Something went wrong here", as the service says it: retryable, and nobody knows what was done. */
export function failed(service: CalledService): ErrorAnswer {
  if (service === "s3") return xmlError(500, "InternalError", "We encountered an internal error. Please try again.");
  return jsonError(500, JSON_ERRORS[service].failure);
}

function jsonError(status: number, type: string): ErrorAnswer {
  const name = type.slice(type.indexOf("#") + 1);
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": name },
    body: JSON.stringify({ __type: type, message: "A fault on demand." }),
  };
}

function xmlError(status: number, code: string, message: string): ErrorAnswer {
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  };
}
