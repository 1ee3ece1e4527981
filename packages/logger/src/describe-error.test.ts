import { expect, test } from "vitest";
import { describeError, MAX_CAUSES } from "./describe-error.ts";

function jsonErrorOf(text: string): Error {
  try {
    JSON.parse(text);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("That was JSON.");
}

test("an error is its name, code, message, stack and causes", () => {
  class QueueIsGone extends Error {
    override readonly name = "QueueIsGone";
    readonly code = "QUEUE_IS_GONE";
  }
  expect(describeError(new QueueIsGone("no queue", { cause: new TypeError("not found") }))).toEqual({
    name: "QueueIsGone",
    code: "QUEUE_IS_GONE",
    message: "no queue",
    stack: expect.stringContaining("describe-error.test.ts"),
    cause: { name: "TypeError", message: "not found", stack: expect.any(String) },
  });
});

test("of an AWS SDK error nothing is kept but what AWS support asks for", () => {
  const error = Object.assign(new Error("slow down"), {
    name: "ThrottlingException",
    $fault: "client",
    $metadata: { httpStatusCode: 400, requestId: "request-1", attempts: 3 },
    $response: { body: "Ada Example" },
    CancellationReasons: [{ Item: { name: { S: "Ada Example" } } }],
  });
  const described = describeError(error);
  expect(described).toMatchObject({ name: "ThrottlingException", awsRequestId: "request-1", httpStatusCode: 400 });
  expect(JSON.stringify(described)).not.toContain("Ada");
});

test.each([
  "Ada Example",
  '{"name": Ada Example, "city": "Ada Example" and a lot more that follows after it}',
  '["Ada Example"',
])("the text that was no JSON is not in the description of the error: %s", (text) => {
  const described = JSON.stringify(describeError(new Error("bad body", { cause: jsonErrorOf(text) })));
  expect(described).not.toContain("Ada Ex");
  expect(described).toContain("JSON");
});

test("causes are bounded, so a circle ends, and what is no error is not shown", () => {
  const error: Error & { cause?: unknown } = new Error("round");
  error.cause = error;
  expect(JSON.stringify(describeError(error)).match(/"message":"round"/g)).toHaveLength(MAX_CAUSES + 1);
  expect(describeError(new Error("x", { cause: "Ada Example" }))["cause"]).toBe("thrown string");
});

test("several errors in one are described one by one", () => {
  const errors = Array.from({ length: 10 }, (_, index) => new Error(`e${index}`));
  expect(describeError(new AggregateError(errors, "all failed"))["errors"]).toMatchObject(
    errors.slice(0, MAX_CAUSES).map(({ message }) => ({ message })),
  );
});

test("a long message and a long stack are cut", () => {
  const described = JSON.stringify(describeError(new Error("x".repeat(1_000_000))));
  expect(described.length).toBeLessThan(4_000);
});
