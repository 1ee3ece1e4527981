import { createServer, type Server } from "node:http";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import { CommandError } from "../../command-error.ts";
import { insightsLogs, insightsQuery } from "./log-search.ts";

const servers: Server[] = [];
const clients: CloudWatchLogsClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

/** Answers like CloudWatch Logs, which no emulator here does; the requests are kept. */
async function cloudWatchLogs(answers: readonly object[]) {
  const requests: { action: string; body: Record<string, unknown> }[] = [];
  const left = [...answers];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (data: Buffer) => (text += data.toString()));
    request.on("end", () => {
      const action = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      requests.push({ action, body: JSON.parse(text) });
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(JSON.stringify(action === "StartQuery" ? { queryId: `q${requests.length}` } : left.shift()));
    });
  });
  servers.push(server);
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const client = new CloudWatchLogsClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-central-2",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  clients.push(client);
  return { client, requests };
}

const line = (message: string, fields: object = {}) =>
  JSON.stringify({ message, timestamp: "2026-01-02T03:04:05.000Z", service: "s", requestId: "r", ...fields });
const row = (text: string) => [
  { field: "@message", value: text },
  { field: "@ptr", value: "x" },
];
const functionName = (service: string) => `doorbell-production-${service}`;

describe("CloudWatch Logs Insights", () => {
  it("is asked for each service's log group since a time, until the query is complete", async () => {
    const { client, requests } = await cloudWatchLogs([
      { status: "Running", results: [] },
      { status: "Complete", results: [row(line("order event", { orderId: "CA-1" })), row("START RequestId: r")] },
      { status: "Complete", results: [] },
    ]);
    const since = new Date(Date.now() - 3_600_000);
    const found = await insightsLogs(client, functionName, since).find(["order-queue", "change-audit"], ["CA-1"]);
    expect(found).toMatchObject([{ kind: "entry", entry: { message: "order event", orderId: "CA-1" } }]);
    expect(requests.map(({ action }) => action)).toEqual([
      "StartQuery",
      "GetQueryResults",
      "GetQueryResults",
      "StartQuery",
      "GetQueryResults",
    ]);
    expect(requests[0]?.body).toMatchObject({
      logGroupName: "/aws/lambda/doorbell-production-order-queue",
      startTime: Math.floor(since.getTime() / 1_000),
      queryString: insightsQuery(["CA-1"]),
      limit: 10_000,
    });
    expect(requests[2]?.body).toEqual({ queryId: "q1" });
    expect(requests[3]?.body).toMatchObject({ logGroupName: "/aws/lambda/doorbell-production-change-audit" });
  });

  it("is asked again and again where one query cannot name all texts", async () => {
    const complete = { status: "Complete", results: [] };
    const { client, requests } = await cloudWatchLogs([complete, complete, complete]);
    const texts = Array.from({ length: 120 }, (_, index) => `id-${index}`);
    await insightsLogs(client, functionName, new Date(0)).find(["order-queue"], texts);
    const queries = requests.flatMap(({ body }) => ("queryString" in body ? [String(body["queryString"])] : []));
    expect(queries).toHaveLength(3);
    for (const text of texts) expect(queries.join("\n")).toContain(`"${text}"`);
    for (const query of queries) expect(query.length).toBeLessThan(10_000);
  });

  it.each(["Failed", "Timeout", "Cancelled"])("an end as %s is an error that names the log group", async (status) => {
    const { client } = await cloudWatchLogs([{ status }]);
    const searching = insightsLogs(client, functionName, new Date(0)).find(["upload-ingest"], ["u"]);
    await expect(searching).rejects.toThrow(CommandError);
    await expect(searching).rejects.toThrow(/doorbell-production-upload-ingest/);
  });

  it("takes a text as it is: neither quotes nor operators of it are part of the query", () => {
    expect(insightsQuery(['a" or 1=1 | delete', "b\\c"])).toBe(
      String.raw`fields @message | filter @message like "a\" or 1=1 | delete" or @message like "b\\c" | sort @timestamp asc`,
    );
  });
});
