import { AsyncResource } from "node:async_hooks";
import { expect, test } from "vitest";
import { EvaluationError, enterComponent, evaluationError } from "./evaluation-error.ts";

/** Runs `program` in a context of its own, as the run of a configuration is. */
const inContext = <T>(program: () => T): T => new AsyncResource("evaluation").runInAsyncScope(program);

test("a failure long after its component was made still names the component", async () => {
  const error = await inContext(async () => {
    enterComponent("sst:aws:Queue", "Orders");
    const late = Promise.reject(new Error("Invalid duration")).catch(evaluationError);
    enterComponent("sst:aws:Queue", "Other");
    return late;
  });
  expect(error).toMatchObject({ code: "EVALUATION_FAILED", component: 'sst:aws:Queue "Orders"' });
  expect(error.message).toBe('sst:aws:Queue "Orders": Invalid duration');
});

test("a failure with a line of the configuration on its stack names that line", () => {
  const failure = new Error("no such property");
  failure.stack =
    "Error: no such property\n    at node:internal:1:1\n    at run (/home/me/doorbell/infra/orders.ts:22:7)";
  expect(evaluationError(failure).message).toBe("infra/orders.ts:22: no such property");
});

test("the cause is kept, and an error that knows its origin stays as it is", () => {
  const cause = new Error("why");
  const error = evaluationError(cause);
  expect(error).toBeInstanceOf(EvaluationError);
  expect(error.cause).toBe(cause);
  expect(evaluationError(error)).toBe(error);
});

test("what a component makes of itself is told under the component's name", async () => {
  const error = inContext(() => {
    enterComponent("sst:aws:Function", "OrderQueue");
    enterComponent("random:index/randomBytes:RandomBytes", "LambdaEncryptionKey");
    return evaluationError("no");
  });
  expect(error.component).toBe('sst:aws:Function "OrderQueue"');
});
