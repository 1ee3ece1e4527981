/** A service that handlers call. */
export type CalledService = "s3" | "sqs" | "sns" | "dynamodb" | "lambda" | "events" | "other";

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
  events: { throttle: "ThrottlingException", failure: "InternalException" },
  other: { throttle: "ThrottlingException", failure: "InternalFailure" },
} as const;

/** "Too many requests", as the service says it: retryable, and nothing was done. */
export function throttled(service: CalledService): ErrorAnswer {
  if (service === "s3") return xmlError(503, "SlowDown", "Please reduce your request rate.");
  if (service === "sns") return queryError(429, "Throttled", "Sender");
  return jsonError(service === "lambda" ? 429 : 400, JSON_ERRORS[service].throttle);
}

/** "Something went wrong here", as the service says it: retryable, and nobody knows what was done. */
export function failed(service: CalledService): ErrorAnswer {
  if (service === "s3") return xmlError(500, "InternalError", "We encountered an internal error. Please try again.");
  if (service === "sns") return queryError(500, "InternalError", "Receiver");
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

/** As AWS's query protocol has errors. */
function queryError(status: number, code: string, type: "Sender" | "Receiver"): ErrorAnswer {
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>A fault on demand.</Message></Error>`;
  return {
    status,
    headers: { "content-type": "text/xml" },
    body: `<ErrorResponse>${error}<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>`,
  };
}
