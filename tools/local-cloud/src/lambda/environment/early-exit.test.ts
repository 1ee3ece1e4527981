import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { createChildGuard } from "./child-guard.ts";
import { startEnvironment } from "./execution-environment.ts";
import { functionNamed, until } from "../../../test/lambda-fixture.ts";
import { createLogBook } from "../logs/log-book.ts";
import { openLogStream } from "../logs/log-stream.ts";
import { createMemoryWatch } from "./memory-watch.ts";

const ASKS_AND_EXITS = `
  const { AWS_LAMBDA_RUNTIME_API: api } = process.env;
  fetch("http://" + api + "/2018-06-01/runtime/invocation/next").catch(() => {});
  setTimeout(() => process.exit(3), 300);`;

test("an environment that ended after it was ready, before anybody looked, answers its invocation at once", async () => {
  const guard = await createChildGuard();
  const environment = await startEnvironment({
    definition: functionNamed("early"),
    taskRoot: tmpdir(),
    environment: {},
    guard,
    memory: createMemoryWatch(),
    log: openLogStream(createLogBook(), "early"),
    runtime: [process.execPath, "-e", ASKS_AND_EXITS],
    inspectPort: 0, // Not frozen, so that it exits by itself.
  });
  try {
    await until(() => !environment.usable);
    expect(await environment.initialized(60_000)).toEqual({ kind: "ready" });
    const ending = await environment.run({
      requestId: "late",
      payload: "{}",
      deadlineMs: Date.now() + 60_000,
      invokedFunctionArn: "",
      traceId: "",
    });
    expect(ending).toMatchObject({ kind: "exited", reason: "Runtime exited with error: exit status 3" });
  } finally {
    await environment.kill();
    await guard.stop();
  }
});
