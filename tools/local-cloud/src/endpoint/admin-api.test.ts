import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { createLogBook, type LogBook } from "../lambda/logs/log-book.ts";
import { createAdminApi } from "./admin-api.ts";

/** More than a connection and both ends of it take in without being read. */
const LINES = 12_000;
const LINE = "x".repeat(4_000);

let server: Server | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

/** The API over a log book; answers how much the server holds of the answer that was asked for last. */
async function serve(book: LogBook) {
  let held = () => 0;
  const api = createAdminApi({
    environment: {},
    shownGraph: {},
    status: () => ({}),
    awaitIdle: () => Promise.resolve(true),
    lambda: { readLogs: (query, signal) => book.read(query, signal) },
    schedules: { tick: () => false, schedules: () => [] },
  });
  server = createServer((request, response) => {
    held = () => response.writableLength;
    void api(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    held: () => held(),
    ask: async (query: string): Promise<IncomingMessage> => {
      const request = get(`http://127.0.0.1:${port}/_doorbell/logs${query}`);
      const [response] = await once(request, "response");
      return response;
    },
  };
}

/** What was logged, without its function, time and stream. */
function linesOf(body: string): string[] {
  return body
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line).line);
}

describe("GET /_doorbell/logs", () => {
  it("brings a log of 48 MB whole to a slow reader, of which the server holds little meanwhile", async () => {
    const book = createLogBook();
    for (let at = 0; at < LINES; at += 1) book.write(`function-${at % 3}`, "stream", `${at} ${LINE}`);
    const { ask, held } = await serve(book);
    const response = await ask("");
    let next = 0;
    let mostHeld = 0;
    for await (const line of createInterface({ input: response })) {
      const at = Number(JSON.parse(line).line.split(" ")[0]);
      expect(at).toBe(next);
      next += 1;
      mostHeld = Math.max(mostHeld, held());
      if (next % 100 === 0) await new Promise(setImmediate);
    }
    expect(next).toBe(LINES);
    expect(mostHeld).toBeLessThan(1024 * 1024);
  }, 60_000);

  it("sends the lines of some functions, since a time, with one of some texts", async () => {
    const book = createLogBook();
    book.write("a", "stream", "order-1 (first)");
    book.write("b", "stream", "order-1");
    book.write("c", "stream", "order-1");
    book.write("a", "stream", "order-2");
    book.write("a", "stream", "order-3");
    const { ask } = await serve(book);
    const lines = async (query: string) => linesOf(await text(await ask(query)));
    expect(await lines("?function=a&function=b&text=order-1&text=r-3")).toEqual([
      "order-1 (first)",
      "order-1",
      "order-3",
    ]);
    expect(await lines("?text=(first)")).toEqual(["order-1 (first)"]);
    expect(await lines("?text=.")).toEqual([]);
    expect(await lines("?function=none")).toEqual([]);
    expect(await lines("?since=2999-01-01T00:00:00Z")).toEqual([]);
    expect(await lines("?since=2001-01-01T00:00:00Z&function=c")).toEqual(["order-1"]);
    expect((await ask("?since=yesterday")).statusCode).toBe(400);
  });

  it("follows: sends what fits as it is written, and tells a reader who was too slow how much is gone", async () => {
    const book = createLogBook();
    book.write("a", "stream", "before");
    const { ask } = await serve(book);
    const response = await ask("?follow=1");
    const reader = createInterface({ input: response })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => JSON.parse((await reader.next()).value ?? "").line;
    expect(await next()).toBe("before");
    book.write("a", "stream", "after");
    expect(await next()).toBe("after");
    // Without a pause for the reader: the book keeps the latest 20,000.
    for (let at = 1; at <= 25_000; at += 1) book.write("a", "stream", String(at));
    expect(await next()).toBe("5000 lines are missing here: they were dropped before they were read.");
    expect(await next()).toBe("5001");
    response.destroy();
  });
});
