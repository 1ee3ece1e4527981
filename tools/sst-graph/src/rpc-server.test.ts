import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RpcServer, startRpcServer } from "./rpc-server.ts";

let server: RpcServer;
let code: string;
beforeEach(async () => {
  code = await mkdtemp(join(tmpdir(), "rpc-server-"));
  server = await startRpcServer(code);
});
afterEach(async () => {
  await server.stop();
  await rm(code, { recursive: true });
});

async function call(body: string): Promise<unknown> {
  const response = await fetch(`${server.url}/rpc`, { method: "POST", body });
  return response.json();
}
const request = (method: string, params: unknown) => call(JSON.stringify({ jsonrpc: "1.0", method, params: [params] }));

test("it listens on this machine alone", () => {
  expect(new URL(server.url).hostname).toBe("127.0.0.1");
});

test("a build gives back the handler it was asked for, and a folder with a file in place of its code", async () => {
  const answer = await request("Runtime.Build", { handler: "apps/a/src/handler.handler", functionID: "A" });
  const out = join(code, "1");
  expect(answer).toEqual({
    result: { handler: "apps/a/src/handler.handler", out, errors: [], sourcemaps: [] },
  });
  expect(existsSync(join(out, "apps/a/src/handler.mjs"))).toBe(true);
});

test("a build is remembered: what the code is made from, and what is linked", async () => {
  const build = {
    functionID: "A",
    handler: "../../src/a.handler",
    runtime: "nodejs24.x",
    links: { Queue: { url: "u", type: "sst.aws.Queue" } },
    copyFiles: [{ from: "/p/a.txt", to: "a.txt", isDir: false }],
    properties: { format: "cjs", architecture: "arm64" },
  };
  await request("Runtime.Build", { ...build, dev: false, encryptionKey: "k" });
  expect([...server.builds]).toEqual([["A", build]]);
});

test.each(["./src/", "./", ".", "./.push"])("a handler of another language may be a folder: %s", async (handler) => {
  const answer = await request("Runtime.Build", { handler, functionID: "Go" });
  expect(answer).toMatchObject({ result: { handler, out: join(code, "1"), errors: [] } });
  expect(existsSync(join(code, "1"))).toBe(true);
});

test("the account has a bucket for assets", async () => {
  expect(await request("Provider.Aws.Bootstrap", { region: "eu-central-2" })).toMatchObject({
    result: { asset: expect.any(String) },
  });
});

test("a call it does not know is an error that names it", async () => {
  expect(await request("Provider.Unheard.Of", {})).toEqual({ error: expect.stringContaining("Provider.Unheard.Of") });
});

test("what is not a call is an error, and the next call is answered", async () => {
  expect(await call("not json")).toEqual({ error: expect.any(String) });
  expect(await call('{"method":"Runtime.Build","params":[{}]}')).toEqual({ error: expect.any(String) });
  expect(await request("Provider.Aws.Bootstrap", {})).toHaveProperty("result");
});
