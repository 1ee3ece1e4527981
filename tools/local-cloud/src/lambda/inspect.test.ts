import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test } from "vitest";
import { functionNamed, startLambda, until, type LambdaFixture } from "../../test/lambda-fixture.ts";

const SOURCE = `
interface Order { id: string }
export const handler = async (order: Order) => {
  debugger;
  return order.id;
};`;

let root: string;
let fixture: LambdaFixture;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "doorbell-inspect-"));
  fixture = await startLambda({ stopping: SOURCE }, [functionNamed("stopping", { timeoutSeconds: 0.2 })], {
    root,
    watch: true,
    inspect: { functionName: "stopping", port: 0 },
  });
});
afterEach(async () => {
  await fixture.stop();
  rmSync(root, { recursive: true, force: true });
});

const lines = (): string[] => fixture.lambda.logs("stopping").map(({ line }) => line);
const invoke = async (id: string): Promise<unknown> => {
  const { payload } = await fixture.lambda.invoke("stopping", JSON.stringify({ id }));
  return JSON.parse(payload);
};

/** `host:port` of the inspector of the latest environment. */
async function inspector(environments = 1): Promise<string> {
  const listening = () =>
    lines().flatMap((line) => /^Debugger listening on ws:\/\/([\d.]+:\d+)\//.exec(line)?.[1] ?? []);
  await until(() => listening().length === environments);
  return listening().at(-1) ?? "";
}

const targetsSchema = v.tuple([v.object({ webSocketDebuggerUrl: v.string() })]);
const messageSchema = v.object({
  method: v.optional(v.string()),
  params: v.optional(v.record(v.string(), v.unknown())),
});
const scriptSchema = v.object({ url: v.string(), sourceMapURL: v.string() });

/** Attaches a debugger. */
async function attach(address: string) {
  const [{ webSocketDebuggerUrl }] = v.parse(targetsSchema, await (await fetch(`http://${address}/json`)).json());
  const socket = new WebSocket(webSocketDebuggerUrl);
  const seen: v.InferOutput<typeof messageSchema>[] = [];
  socket.addEventListener("message", ({ data }) => seen.push(v.parse(messageSchema, JSON.parse(String(data)))));
  await new Promise((open) => socket.addEventListener("open", open, { once: true }));
  let id = 0;
  const send = (method: string) => socket.send(JSON.stringify({ id: ++id, method }));
  send("Debugger.enable");
  send("Runtime.runIfWaitingForDebugger");
  return {
    send,
    scripts: () => seen.filter(({ method }) => method === "Debugger.scriptParsed").map(({ params }) => params),
    async paused(): Promise<void> {
      await until(() => seen.some(({ method }) => method === "Debugger.paused"));
    },
    close: () => socket.close(),
  };
}

test("a debugger finds the environment before the first event, pauses the handler past its time limit and goes on", async () => {
  const address = await inspector();
  expect(address).toMatch(/^127\.0\.0\.1:/);
  const debug = await attach(address);
  const running = invoke("A-1");
  await debug.paused();
  // Three time limits of the function.
  await new Promise((resolve) => setTimeout(resolve, 600));
  debug.send("Debugger.resume");
  expect(await running).toBe("A-1");
  debug.close();
});

test("the debugger learns the TypeScript source of the handler from its source map", async () => {
  const debug = await attach(await inspector());
  const handler = () =>
    debug
      .scripts()
      .flatMap((script) => (v.is(scriptSchema, script) && script.url.endsWith("/bundle.mjs") ? [script] : []));
  await until(() => handler().length === 1);
  const { url = "", sourceMapURL = "" } = handler()[0] ?? {};
  const map: unknown = JSON.parse(readFileSync(new URL(sourceMapURL, url), "utf8"));
  const { sources } = v.parse(v.object({ sources: v.array(v.string()) }), map);
  expect(sources.map((source) => fileURLToPath(new URL(source, url)))).toContain(join(root, "stopping.ts"));
  debug.close();
});

test("an inspected function has one environment, and invocations wait for it", async () => {
  await inspector();
  expect(await Promise.all(["A", "B", "C"].map(invoke))).toEqual(["A", "B", "C"]);
  expect(fixture.lambda.status()[0]).toMatchObject({ environments: 1, invocations: 3 });
});

test("after a change the debugger finds the new environment", async () => {
  await inspector();
  await invoke("A");
  writeFileSync(join(root, "stopping.ts"), SOURCE.replace("order.id", "order.id.toLowerCase()"));
  await inspector(2);
  expect(await invoke("A")).toBe("a");
});

test("a function that does not exist cannot be inspected", async () => {
  const start = startLambda({}, [], { inspect: { functionName: "nobody", port: 0 } });
  await expect(start).rejects.toMatchObject({ code: "ResourceNotFoundException" });
});
