import { AsyncResource } from "node:async_hooks";
import { expect, test } from "vitest";
import { EvaluationError, originsIn } from "./evaluation-error.ts";

/** Runs `program` in a context of its own, as the run of a configuration is. */
const inContext = <T>(program: () => T): T => new AsyncResource("evaluation").runInAsyncScope(program);

/** An error whose stack has the frames of these places, the innermost first. */
function failure(message: string, ...places: readonly string[]): Error {
  const error = new Error(message);
  error.stack = [`Error: ${message}`, ...places.map((place) => `    at run (${place}:7)`)].join("\n");
  return error;
}

const sst = "/home/me/shop/.sst/platform/src/components/aws/queue.ts:9";

test("a failure long after its component was made still names the component", async () => {
  const origins = originsIn("/home/me/shop");
  const error = await inContext(async () => {
    origins.enter("sst:aws:Queue", "Orders");
    const late = Promise.reject(failure("Invalid duration", sst)).catch((reason: unknown) => origins.error(reason));
    origins.enter("sst:aws:Queue", "Other");
    return late;
  });
  expect(error).toMatchObject({ code: "EVALUATION_FAILED", component: 'sst:aws:Queue "Orders"' });
  expect(error.message).toBe('sst:aws:Queue "Orders": Invalid duration');
});

test.each([
  ["of the project", "/home/me/shop/infra/orders.ts:22", "infra/orders.ts:22"],
  ["of the project, as a URL", "file:///home/me/shop/sst.config.ts:5", "sst.config.ts:5"],
  ["of another package of the workspace", "/home/me/core/src/queue.ts:1", "../core/src/queue.ts:1"],
])("a failure with a line %s on its stack names that line", (_, place, told) => {
  const error = failure("no such property", "node:internal:1", sst, "/home/me/shop/node_modules/zod/index.js:3", place);
  expect(inContext(() => originsIn("/home/me/shop").error(error)).message).toBe(`${told}: no such property`);
});

test("the cause is kept, and an error that knows its origin stays as it is", () => {
  const origins = originsIn("/home/me/shop");
  const cause = new Error("why");
  const error = origins.error(cause);
  expect(error).toBeInstanceOf(EvaluationError);
  expect(error.cause).toBe(cause);
  expect(origins.error(error)).toBe(error);
});

test("what a component makes of itself is told under the component's name", () => {
  const origins = originsIn("/home/me/shop");
  const error = inContext(() => {
    origins.enter("sst:aws:Function", "OrderQueue");
    origins.enter("random:index/randomBytes:RandomBytes", "LambdaEncryptionKey");
    return origins.error("no");
  });
  expect(error.component).toBe('sst:aws:Function "OrderQueue"');
});

test("a failure that Pulumi passes on as another error is told to come from where it happened", () => {
  const origins = originsIn("/home/me/shop");
  inContext(() => {
    origins.enter("sst:aws:Vpc", "Net");
    origins.remember(new Error("only AWS knows"));
  });
  const error = inContext(() => {
    origins.enter("sst:aws:Queue", "Orders");
    return origins.error(new Error("only AWS knows"));
  });
  expect(error.component).toBe('sst:aws:Vpc "Net"');
});
