import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openEnvironment } from "./environment.ts";

const names = {
  UPLOADS_BUCKET: "doorbell-production-uploads-x1",
  REJECTS_BUCKET: "doorbell-production-rejects-x1",
  FAILURES_BUCKET: "doorbell-production-failures-x1",
  ORDERS_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/orders",
  ORDERS_DLQ_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/orders-dlq",
  UPLOAD_FAILURES_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/upload-failures",
  ORDERS_TABLE: "doorbell-production-orders-x1",
  AUDIT_TABLE: "doorbell-production-audit-x1",
  UPLOADS_TABLE: "doorbell-production-uploads-x1",
  IDEMPOTENCY_TABLE: "doorbell-production-idempotency-x1",
};
const stage = { stage: "production", region: "eu-central-1" };

let server: Server;
/** What Systems Manager has under the stage's name. */
let published: string | undefined;
const asked: string[] = [];

/** As Systems Manager answers GetParameter. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  asked.push(await text(request));
  const found = published !== undefined;
  response.writeHead(found ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
  response.end(
    JSON.stringify(found ? { Parameter: { Value: published } } : { __type: "ParameterNotFound", message: "no" }),
  );
}

beforeEach(async () => {
  asked.length = 0;
  published = JSON.stringify({ ...names, AND_MORE: "later" });
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  vi.stubEnv("AWS_ENDPOINT_URL_SSM", `http://127.0.0.1:${port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

describe("a stage on AWS", () => {
  it("has the names that its deployment published, and clients of its region", async () => {
    const environment = await openEnvironment(stage);
    environment.close();
    expect(environment).toMatchObject({ kind: "aws", stage: "production", title: "stage production", names });
    expect(environment.functionName("order-queue")).toBe("doorbell-production-order-queue");
    expect(await environment.sqs.config.region()).toBe("eu-central-1");
    expect(asked.map((body): unknown => JSON.parse(body))).toEqual([{ Name: "/doorbell/production/environment" }]);
  });

  it("that was never deployed there is told from one that was", async () => {
    published = undefined;
    await expect(openEnvironment(stage)).rejects.toThrow(
      "there is no SSM parameter /doorbell/production/environment in eu-central-1",
    );
  });

  it.each([
    ["names that are no texts", JSON.stringify({ ...names, AUDIT_TABLE: 1 }), "is no JSON object of names"],
    ["no JSON", "{", "is no JSON object of names"],
  ])("with %s is refused", async (_, value, message) => {
    published = value;
    await expect(openEnvironment(stage)).rejects.toThrow(message);
  });

  it("that cannot be reached says what to check", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_SSM", "http://ssm.nowhere.invalid");
    await expect(openEnvironment(stage)).rejects.toThrow("Check --region and the network.");
    vi.unstubAllEnvs();
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    await expect(openEnvironment({ ...stage, profile: "unknown" })).rejects.toThrow("Check --profile");
  });

  it("is never mixed up with a local cloud", async () => {
    const shell = { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" };
    await expect(openEnvironment(stage, shell)).rejects.toThrow("AWS_ENDPOINT_URL points to a local cloud");
    await expect(openEnvironment({ ...stage, port: 4566 }, {})).rejects.toThrow("give one of them");
    await expect(openEnvironment({ profile: "p" }, {})).rejects.toThrow("name its stage with --stage");
    expect(asked).toEqual([]);
  });
});
