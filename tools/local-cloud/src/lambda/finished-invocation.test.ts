import { afterEach, expect, it } from "vitest";
import { functionNamed, startLambda, until, type LambdaFixture } from "../../test/lambda-fixture.ts";
import type { FinishedInvocation } from "./finished-invocation.ts";

let fixture: LambdaFixture | undefined;

afterEach(async () => {
  await fixture?.stop();
  fixture = undefined;
});

/** A function that logs what it gets and fails or hangs where the event says so. */
const HANDLER = `export const handler = async (event) => {
  console.log("saw " + event.id);
  if (event.fail) throw new TypeError("not this one");
  if (event.hang) await new Promise(() => setInterval(() => {}, 1_000));
  return { took: event.id };
};`;

async function start(timeScale = 1): Promise<{ lambda: LambdaFixture["lambda"]; seen: FinishedInvocation[] }> {
  fixture = await startLambda({ worker: HANDLER }, [functionNamed("worker", { timeoutSeconds: 1 })], { timeScale });
  const seen: FinishedInvocation[] = [];
  fixture.lambda.onInvocation((finished) => seen.push(finished));
  return { lambda: fixture.lambda, seen };
}

it("tells of each invocation what asked for it, what it got and answered, and whether its start was cold", async () => {
  const { lambda, seen } = await start();
  const source = { kind: "sqs", name: "arn:aws:sqs:eu-central-2:000000000000:jobs", records: 3 } as const;
  const { requestId } = await lambda.invoke("worker", '{"id":1}', { source, attempt: 2 });
  await lambda.invoke("worker", '{"id":2}');
  expect(seen).toMatchObject([
    { requestId, functionName: "worker", source, attempt: 2, outcome: "answered", event: '{"id":1}' },
    { source: { kind: "client", records: 1 }, attempt: 1, outcome: "answered", answer: '{"took":2}' },
  ]);
  expect(seen.map(({ initMs }) => initMs !== undefined)).toEqual([true, false]);
});

it("tells errors from time-outs", async () => {
  const { lambda, seen } = await start();
  await lambda.invoke("worker", '{"id":1,"fail":true}');
  await lambda.invoke("worker", '{"id":2,"hang":true}');
  expect(seen.map(({ outcome }) => outcome)).toEqual(["failed", "timed-out"]);
  expect(seen[0]?.answer).toContain("not this one");
});

it("names the place of an invocation's lines in the log, and of nobody else's", async () => {
  const { lambda, seen } = await start();
  await Promise.all(["1", "2", "3"].map((id) => lambda.invoke("worker", JSON.stringify({ id }))));
  await lambda.invoke("worker", '{"id":"4"}');
  for (const { log, event } of seen) {
    const { id }: { id: string } = JSON.parse(event);
    const lines = lambda
      .logEntries("worker")
      .filter(({ stream, order }) => stream === log.stream && order >= log.from && order < log.to)
      .map(({ line }) => line);
    expect(lines.filter((line) => line.includes("saw"))).toHaveLength(1);
    expect(lines.join("\n")).toContain(`saw ${id}`);
    expect(lines.at(-1)).toContain("REPORT");
  }
});

it("counts the attempts of an asynchronous event, and remembers who sent it", async () => {
  const { lambda, seen } = await start(0.001);
  const source = { kind: "s3", name: "files", records: 1 } as const;
  const { requestId } = lambda.invokeAsync("worker", '{"id":1,"fail":true}', source);
  await until(() => seen.length === 3);
  expect(seen.map((each) => [each.requestId, each.source, each.attempt])).toEqual(
    [1, 2, 3].map((attempt) => [requestId, source, attempt]),
  );
});

it("tells nobody who has unsubscribed", async () => {
  const { lambda, seen } = await start();
  const more: FinishedInvocation[] = [];
  const unsubscribe = lambda.onInvocation((finished) => more.push(finished));
  unsubscribe();
  await lambda.invoke("worker", '{"id":1}');
  expect([seen.length, more.length]).toEqual([1, 0]);
});
