import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createInterface } from "node:readline";
import { createAdminApi } from "@doorbell/local-cloud/endpoint/admin-api";
import { createLogBook, type LogBook } from "@doorbell/local-cloud/lambda/logs/log-book";
import { afterEach, describe, expect, it } from "vitest";
import { readLogs } from "./read-logs.ts";
import { findCloud, type RunningCloud } from "../running-cloud.ts";
import { localLogs } from "../operate/trace/log-search.ts";

const SERVICES = ["upload-ingest", "order-queue", "change-audit"] as const;
const functionName = (service: string) => `doorbell-local-${service}`;

/** A function, as a graph has it. */
const functionResource = (service: string) => ({
  type: "aws:lambda/function:Function",
  name: service,
  inputs: { name: functionName(service), runtime: "nodejs24.x", handler: "index.handler" },
});

let server: Server | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

/** The local cloud's own API, as far as reading logs needs it. */
async function serve(book: LogBook): Promise<RunningCloud & { readonly port: number }> {
  const functions = SERVICES.map((service) => ({ function: functionName(service) }));
  const api = createAdminApi({
    environment: {},
    shownGraph: {
      app: "doorbell",
      stage: "local",
      region: "eu-central-2",
      resources: SERVICES.map(functionResource),
    },
    status: () => ({ functions }),
    awaitIdle: () => Promise.resolve(true),
    lambda: { readLogs: (query, signal) => book.read(query, signal) },
    schedules: { tick: () => false, schedules: () => [] },
  });
  server = createServer((request, response) => void api(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, ...findCloud({ port }, {}) };
}

/** A book as full as it gets: 96 Mi characters. */
function fullBook(): { readonly book: LogBook; readonly lines: number } {
  const book = createLogBook();
  const pad = "x".repeat(8_000);
  const lines = 12_000;
  for (let at = 0; at < lines; at += 1) {
    const service = SERVICES[at % SERVICES.length] ?? "";
    const entry = {
      message: pad,
      timestamp: "2026-01-02T03:04:05.000Z",
      service,
      requestId: `r-${at}`,
      orderId: `o-${at}`,
      correlationId: `c-${at % 2}`,
    };
    book.write(functionName(service), "stream", JSON.stringify(entry));
  }
  return { book, lines };
}

/** Runs `doorbell logs` with less memory than the log has bytes. */
async function logsCommand(port: number, ...options: readonly string[]): Promise<{ lines: number; status: unknown }> {
  const main = new URL("../main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--max-old-space-size=48", main, "logs", "--port", String(port), ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  let lines = 0;
  for await (const _ of createInterface({ input: child.stdout })) lines += 1;
  const [status] = await ended;
  return { lines, status };
}

describe("a log of 96 MB", () => {
  it("is printed whole by a command that could not hold it", async () => {
    const { book, lines } = fullBook();
    const { port } = await serve(book);
    expect(await logsCommand(port)).toEqual({ lines, status: 0 });
    expect(await logsCommand(port, "order-queue")).toEqual({ lines: lines / 3, status: 0 });
    expect(await logsCommand(port, "--correlation", "c-1")).toEqual({ lines: lines / 2, status: 0 });
    expect(await logsCommand(port, "--since", "2999-01-01")).toEqual({ lines: 0, status: 0 });
  }, 120_000);

  it("is searched by the cloud itself, for hundreds of ids at a time", async () => {
    const { book } = fullBook();
    const search = localLogs(await serve(book), functionName);
    const ids = Array.from({ length: 500 }, (_, index) => `"o-${index * 3}"`);
    const found = await search.find(["upload-ingest", "order-queue"], ids);
    const orders = found.map((line) => (line.kind === "entry" ? line.entry.orderId : undefined));
    expect(orders).toEqual(ids.map((id) => JSON.parse(id)));
    expect(await search.find(["order-queue"], ids)).toEqual([]);
  }, 60_000);
});

it("a cloud that ends while its logs are followed is told in a sentence", async () => {
  const book = createLogBook();
  book.write("order-queue", "stream", "hello");
  const cloud = await serve(book);
  const lines = readLogs(cloud, { follow: true });
  expect((await lines.next()).value).toMatchObject({ line: "hello" });
  server?.closeAllConnections();
  await expect(lines.next()).rejects.toThrow(`the local cloud at ${cloud.endpoint} ended before all`);
});
