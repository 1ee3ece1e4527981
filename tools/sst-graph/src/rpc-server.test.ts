import { afterEach, beforeEach, expect, test } from "vitest";
import { type RpcServer, startRpcServer } from "./rpc-server.ts";

let server: RpcServer;
beforeEach(async () => {
  server = await startRpcServer("/code");
});
afterEach(() => server.stop());

async function call(body: string): Promise<unknown> {
  const response = await fetch(`${server.url}/rpc`, { method: "POST", body });
  return response.json();
}
const request = (method: string, params: unknown) => call(JSON.stringify({ jsonrpc: "1.0", method, params: [params] }));

test("it listens on this machine alone", () => {
  expect(new URL(server.url).hostname).toBe("127.0.0.1");
});

test("a build gives back the handler it was asked for, and the folder that stands for its code", async () => {
  expect(await request("Runtime.Build", { handler: "apps/a/src/handler.handler", functionID: "A" })).toEqual({
    result: { handler: "apps/a/src/handler.handler", out: "/code", errors: [], sourcemaps: [] },
  });
});

test("the account has a bucket for assets", async () => {
  expect(await request("Provider.Aws.Bootstrap", { region: "eu-central-2" })).toMatchObject({
    result: { asset: expect.any(String) },
  });
});

test("a call it does not know is an error that names it", async () => {
  expect(await request("Provider.Aws.Appsync", {})).toEqual({ error: expect.stringContaining("Provider.Aws.Appsync") });
});

test("what is not a call is an error, and the next call is answered", async () => {
  expect(await call("not json")).toEqual({ error: expect.any(String) });
  expect(await call('{"method":"Runtime.Build","params":[{}]}')).toEqual({ error: expect.any(String) });
  expect(await request("Provider.Aws.Bootstrap", {})).toHaveProperty("result");
});
