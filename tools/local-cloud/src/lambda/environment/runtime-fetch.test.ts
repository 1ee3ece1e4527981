import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { functionNamed, startLambda, type LambdaFixture } from "../../../test/lambda-fixture.ts";

const SIGNED = "AWS4-HMAC-SHA256 Credential=doorbell/20261125/us-east-1/events/aws4_request, Signature=0";

/** Calls `fetch` as the event says, with a `Request` where it says so. No name of a host leads anywhere. */
const CALLER = `
  import dns from "node:dns";
  dns.lookup = (hostname, options, callback) =>
    callback(Object.assign(new Error("not looked up"), { code: "NOT_LOOKED_UP" }));
  export const handler = async ({ url, init, asRequest }) => {
    const given = asRequest ? [new Request(url, init)] : [url, init];
    const response = await fetch(...given).catch((error) => ({ status: error.cause?.code, text: async () => "" }));
    return { status: response.status, body: await response.text() };
  };`;

let fixture: LambdaFixture;
const seen: { method?: string; url?: string; length?: string; type?: string; body: string }[] = [];
const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url, headers } = request;
  const { "content-length": length, "content-type": type } = headers;
  seen.push({
    ...(method !== undefined && { method }),
    ...(url !== undefined && { url }),
    ...(length !== undefined && { length }),
    ...(type !== undefined && { type }),
    body: await text(request),
  });
  response.writeHead(201).end("local");
}

beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  fixture = await startLambda({ caller: CALLER }, [functionNamed("caller", { timeoutSeconds: 20 })], {
    environment: () => ({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_ACCESS_KEY_ID: "doorbell" }),
  });
}, 60_000);
beforeEach(() => {
  seen.length = 0;
});
afterAll(async () => {
  await fixture.stop();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

async function call(event: object): Promise<unknown> {
  return JSON.parse((await fixture.lambda.invoke("caller", JSON.stringify(event))).payload);
}

test.each([true, false])(
  "a call to AWS's own host that is signed with the local credentials reaches the local cloud (as a Request: %s)",
  async (asRequest) => {
    const headers = { authorization: SIGNED, "content-type": "application/x-amz-json-1.1" };
    const init = { method: "POST", headers, body: '{"Entries":[]}' };
    const url = "https://events.us-east-1.amazonaws.com/?a=b";
    expect(await call({ url, init, asRequest })).toEqual({ status: 201, body: "local" });
    const type = "application/x-amz-json-1.1";
    expect(seen).toEqual([{ method: "POST", url: "/?a=b", length: "14", type, body: '{"Entries":[]}' }]);
  },
  60_000,
);

test.each([
  ["https://files.s3.us-east-1.amazonaws.com/a/b", "/files/a/b"],
  ["https://my.files.s3.amazonaws.com/a", "/my.files/a"],
  ["https://s3.us-east-1.amazonaws.com/files/a", "/files/a"],
])(
  "a presigned URL of a bucket, %s, has the bucket in its path there",
  async (url, path) => {
    const query = "?X-Amz-Credential=doorbell%2F20261125%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0";
    expect(await call({ url: url + query })).toEqual({ status: 201, body: "local" });
    expect(seen).toMatchObject([{ method: "GET", url: path + query }]);
  },
  60_000,
);

test.each([
  ["of another's credentials", "https://events.us-east-1.amazonaws.com/", SIGNED.replace("=doorbell/", "=AKIA/")],
  ["without a signature", "https://events.us-east-1.amazonaws.com/", undefined],
  ["to another host", "https://events.us-east-1.amazonaws.com.invalid/", SIGNED],
])(
  "a call %s is not the local cloud's to answer",
  async (_, url, authorization) => {
    const init = authorization === undefined ? {} : { headers: { authorization } };
    expect(await call({ url, init })).toEqual({ status: "NOT_LOOKED_UP", body: "" });
    expect(seen).toEqual([]);
  },
  60_000,
);
