import { afterAll, beforeAll, expect, test } from "vitest";
import { functionNamed, startLambda, until, type LambdaFixture } from "../../test/lambda-fixture.ts";

const sleeper = `export const handler = async ({ ms }) => { await new Promise((done) => setTimeout(done, ms)); return process.pid; };`;
let fixture: LambdaFixture;

beforeAll(async () => {
  const named = (name: string, reservedConcurrency?: number) =>
    functionNamed(name, {
      handler: "sleeper.handler",
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
    });
  fixture = await startLambda({ sleeper }, [named("free"), named("reserved", 1), named("closed", 0)], {
    environmentsPerFunction: 2,
    environmentIdleMs: 400,
  });
});

afterAll(() => fixture.stop());

const run = async (name: string, ms: number): Promise<string> =>
  (await fixture.lambda.invoke(name, JSON.stringify({ ms }))).payload;
const statusOf = (name: string) => fixture.lambda.status().find((status) => status.function === name);

test("invocations at one time run in environments of their own", async () => {
  const [one, two] = await Promise.all([run("free", 300), run("free", 300)]);
  expect(one).not.toBe(two);
});

test("at the limit of environments an invocation waits for one", async () => {
  const pids = await Promise.all(Array.from({ length: 6 }, () => run("free", 20)));
  expect(pids).toHaveLength(6);
  expect(new Set(pids).size).toBeLessThanOrEqual(2);
  expect(statusOf("free")).toMatchObject({ throttles: 0, running: 0 });
});

test("an environment that is not used is retired", async () => {
  await run("free", 0);
  await until(() => statusOf("free")?.environments === 0);
});

test("an invocation beyond the reserved concurrency is throttled", async () => {
  const first = run("reserved", 500);
  await expect(run("reserved", 0)).rejects.toMatchObject({
    code: "TooManyRequestsException",
    reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
  });
  await first;
  await run("reserved", 0);
  expect(statusOf("reserved")).toMatchObject({ invocations: 2, throttles: 1 });
});

test("a reserved concurrency of zero lets nothing run", async () => {
  await expect(run("closed", 0)).rejects.toMatchObject({ code: "TooManyRequestsException" });
});

test("functions that reserve no concurrency share what is left of the account's 1,000", async () => {
  const named = (name: string) => functionNamed(name, { handler: "sleeper.handler", timeoutSeconds: 60 });
  const own = await startLambda(
    { sleeper },
    [named("one"), named("two"), { ...named("own"), reservedConcurrency: 100 }],
    {
      environmentsPerFunction: 1,
    },
  );
  const admitted = Array.from({ length: 900 }, (_, at) => own.lambda.invoke(at % 2 ? "one" : "two", '{"ms":60000}'));
  const ended = Promise.allSettled(admitted);
  await expect(own.lambda.invoke("one", '{"ms":0}')).rejects.toMatchObject({
    code: "TooManyRequestsException",
    reason: "ConcurrentInvocationLimitExceeded",
  });
  expect(await own.lambda.invoke("own", '{"ms":0}')).toMatchObject({ payload: expect.stringMatching(/^\d+$/) });
  await own.stop();
  await ended;
});

test("the service is idle when nothing runs", async () => {
  const running = run("free", 100);
  expect(fixture.lambda.idle()).toBe(false);
  await running;
  expect(fixture.lambda.idle()).toBe(true);
});
