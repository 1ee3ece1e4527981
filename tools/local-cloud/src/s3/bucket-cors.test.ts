import { request as ask, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLocalCloud, type LocalCloud } from "../start-local-cloud.ts";

const PAGE = "http://localhost:3000";
const bucket = (name: string, corsRules?: readonly object[]) => [
  { type: "aws:s3/bucket:Bucket", name, component: { name }, inputs: { bucket: name } },
  ...(corsRules === undefined
    ? []
    : [
        {
          type: "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
          name: `${name}Cors`,
          inputs: { bucket: name, corsRules },
        },
      ]),
];
const graph = {
  app: "pages",
  stage: "local",
  region: "eu-central-2",
  resources: [
    ...bucket("plain"),
    // As SST writes it by default.
    ...bucket("open", [
      {
        allowedHeaders: ["*"],
        allowedMethods: ["DELETE", "GET", "HEAD", "POST", "PUT"],
        allowedOrigins: ["*"],
        exposeHeaders: ["ETag"],
        maxAgeSeconds: 0,
      },
    ]),
    ...bucket("listed", [
      { allowedMethods: ["GET"], allowedOrigins: ["http://localhost:*"] },
      { allowedHeaders: ["x-amz-*"], allowedMethods: ["PUT"], allowedOrigins: ["http://localhost:3000"] },
    ]),
  ],
};

let cloud: LocalCloud;
const said: string[] = [];
beforeAll(async () => {
  cloud = await startLocalCloud({ graph, notice: (sentence) => said.push(sentence) });
}, 60_000);
afterAll(() => cloud.stop());

/** A request as a browser sends it: `fetch` would not let a test name the origin. */
async function page(method: string, path: string, headers: IncomingHttpHeaders, body = "") {
  const request = ask(`${cloud.endpoint}${path}`, { method, headers: { "sec-fetch-site": "same-site", ...headers } });
  request.end(body);
  return new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    request.on("error", reject).on("response", (response) => {
      text(response).then(
        (sent) => resolve({ status: response.statusCode, headers: response.headers, body: sent }),
        reject,
      );
    });
  });
}
const preflight = (path: string, origin: string, method: string, names = "") =>
  page("OPTIONS", path, {
    origin,
    "access-control-request-method": method,
    ...(names !== "" && { "access-control-request-headers": names }),
  });

test("a page that this machine serves puts an object and reads it, as SST's default rules allow", async () => {
  expect(said).toEqual([]);
  const asked = await preflight("/open/a%20b.txt", PAGE, "PUT", "Content-Type,x-amz-meta-a");
  expect(asked).toMatchObject({
    status: 200,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "DELETE, GET, HEAD, POST, PUT",
      "access-control-allow-headers": "content-type, x-amz-meta-a",
      "access-control-max-age": "0",
    },
  });
  const put = await page("PUT", "/open/a%20b.txt", { origin: PAGE, "content-type": "text/plain" }, "hello");
  expect(put).toMatchObject({
    status: 200,
    headers: { "access-control-allow-origin": "*", "access-control-expose-headers": "ETag" },
  });
  const got = await page("GET", "/open/a%20b.txt", { origin: "http://127.0.0.1:5173" });
  expect(got).toMatchObject({ status: 200, body: "hello", headers: { "access-control-allow-origin": "*" } });
  // A page may read why something failed, too.
  expect((await page("GET", "/open/none", { origin: PAGE })).headers["access-control-allow-origin"]).toBe("*");
});

test("the first rule that fits in origin, method and headers counts", async () => {
  expect(await preflight("/listed/a", PAGE, "PUT", "x-amz-date")).toMatchObject({
    status: 200,
    headers: {
      "access-control-allow-origin": PAGE,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "PUT",
    },
  });
  expect((await preflight("/listed/a", "http://localhost:4000", "GET")).status).toBe(200);
  for (const [origin, method, names] of [
    ["http://localhost:4000", "PUT", ""],
    [PAGE, "PUT", "content-type"],
    [PAGE, "DELETE", ""],
  ] as const)
    expect(await preflight("/listed/a", origin, method, names)).toMatchObject({
      status: 403,
      body: expect.stringContaining("<Code>AccessForbidden</Code>"),
    });
  expect((await page("DELETE", "/listed/a", { origin: PAGE })).status).toBe(403);
});

test.each([
  ["from elsewhere, whatever the rules say", "/open/a", { origin: "https://evil.example" }],
  ["of a sandbox", "/open/a", { origin: "null" }],
  ["whose name only begins like this machine's", "/open/a", { origin: "http://localhost.evil.example" }],
  ["that says no origin", "/open/a", {}],
  ["to a bucket without rules", "/plain/a", { origin: PAGE }],
  ["to a bucket that there is not", "/none/a", { origin: PAGE }],
  ["to the local cloud's own API", "/_doorbell/status", { origin: PAGE }],
  ["to another service at a bucket's path", "/open/", { origin: PAGE, "x-amz-target": "AmazonSQS.ListQueues" }],
  [
    "signed for another service",
    "/open/",
    { origin: PAGE, authorization: "AWS4-HMAC-SHA256 Credential=doorbell/20260101/eu-central-2/sqs/aws4_request" },
  ],
] as const)("a page %s reaches nothing", async (_, path, headers) => {
  const answer = await page("GET", path, headers);
  expect(answer.status).toBe(403);
  expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
});
