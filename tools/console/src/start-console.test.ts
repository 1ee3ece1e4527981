import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakePorts, type FakePorts } from "../test/fake-ports.ts";
import { readFeed } from "../test/read-feed.ts";
import type { InvocationDetail, InvocationPage, Session, Story } from "./protocol.ts";
import { startConsole, type Console } from "./start-console.ts";

let fake: FakePorts;
let served: Console;
let session: Session;

beforeEach(async () => {
  fake = fakePorts();
  served = await startConsole(fake.ports, { undoMs: 1 });
  session = await get<Session>("api/session");
});
afterEach(() => served.stop());

async function get<Answer>(path: string): Promise<Answer> {
  const response = await fetch(new URL(path, served.url));
  expect(response.status, path).toBe(200);
  const answer: Answer = JSON.parse(await response.text());
  return answer;
}

/** A changing request of the page itself, with what `over` says. */
async function send(
  method: string,
  path: string,
  body: unknown,
  over: Record<string, string | undefined> = {},
): Promise<{ status: number; text: string }> {
  const own = { origin: served.url.slice(0, -1), "x-doorbell-token": session.token, host: new URL(served.url).host };
  const headers = Object.fromEntries(Object.entries({ ...own, ...over }).filter(([, value]) => value !== undefined));
  return raw(method, path, headers, typeof body === "string" ? body : JSON.stringify(body));
}

/** Sends headers that `fetch` does not let through. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string | undefined>,
  body = "",
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, served.url),
      { method, headers: { ...headers, "content-length": Buffer.byteLength(body) } },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("who is answered", () => {
  const event = { function: "worker", event: "{}", wait: true };

  it("the page itself, with the token", async () => {
    expect(await send("POST", "api/invocations", event)).toMatchObject({ status: 200 });
    expect(fake.invoked).toEqual([{ name: "worker", event: "{}", wait: true }]);
  });

  it.each([
    ["no token", { "x-doorbell-token": undefined }],
    ["another token", { "x-doorbell-token": "a".repeat(43) }],
    ["a token of another length", { "x-doorbell-token": "a" }],
    ["no Origin", { origin: undefined }],
    ["the Origin of another page", { origin: "http://evil.example" }],
    ["the Origin of another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["an opaque Origin", { origin: "null" }],
    ["another host, as a rebound name says it", { host: "evil.example" }],
    ["a browser that says it is of another site", { "sec-fetch-site": "cross-site" }],
    ["a browser that says it is of another port", { "sec-fetch-site": "same-site" }],
  ])("nobody with %s", async (_, headers) => {
    expect((await send("POST", "api/invocations", event, headers)).status).toBe(403);
    expect(fake.invoked).toEqual([]);
  });

  it("nobody reads from a foreign page or under a foreign name, not the token either", async () => {
    const host = new URL(served.url).host;
    for (const headers of [
      { host: "evil.example" },
      { host, origin: "http://evil.example" },
      { host, "sec-fetch-site": "cross-site" },
    ])
      expect((await raw("GET", "api/session", headers)).text).not.toContain(session.token);
  });
});

describe("the page", () => {
  it("comes with a policy that lets nothing inline run and nothing leave", async () => {
    const response = await fetch(served.url);
    const html = await response.text();
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=/);
    for (const [, address = ""] of html.matchAll(/(?:src|href)="([^"]*)"/g)) {
      expect(address).toMatch(/^\/[^/]/);
      expect((await fetch(new URL(address, served.url))).status, address).toBe(200);
    }
  });

  it("is under 150 KB as it is sent", async () => {
    const html = await (await fetch(served.url)).text();
    const files = ["/", ...[...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = ""]) => address)];
    const sizes = await Promise.all(files.map((file) => zippedSize(file)));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150 * 1024);
  });

  it("is the only thing that is read from disk, whatever a path says", async () => {
    for (const path of [
      "/../package.json",
      "/..%2f..%2fpackage.json",
      "/assets/../../package.json",
      "/%2e%2e/package.json",
    ])
      expect((await raw("GET", path, { host: new URL(served.url).host })).status).toBe(404);
  });
});

function zippedSize(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(new URL(path, served.url), { headers: { "accept-encoding": "gzip" } }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => (bytes += chunk.length));
      response.on("end", () => resolve(bytes));
    })
      .on("error", reject)
      .end();
  });
}

describe("invocations", () => {
  it("are listed and opened with their own lines", async () => {
    fake.finish();
    fake.finish({ functionName: "reader", outcome: "failed", answer: '{"errorType":"E","errorMessage":"no"}' });
    fake.lines.push(...[9, 10, 14, 15].map((order) => ({ order, time: order, stream: "s", line: `line ${order}` })), {
      order: 11,
      time: 11,
      stream: "other",
      line: "of another",
    });
    const { rows } = await get<InvocationPage>("api/invocations?limit=10");
    expect(rows).toMatchObject([
      { function: "reader", problem: "E: no" },
      { function: "worker", sourceName: "jobs" },
    ]);
    const detail = await get<InvocationDetail>("api/invocations/0");
    expect(detail).toMatchObject({
      event: '{"number":1}',
      answer: "null",
      lines: [{ line: "line 10" }, { line: "line 14" }],
    });
    expect((await get<InvocationPage>("api/invocations?outcome=failed&text=no")).rows).toHaveLength(1);
  });

  it.each(["limit=x", "limit=100000", "outcome=good", "before=-1"])(
    "what is asked wrongly is refused by name: %s",
    async (query) => {
      const response = await fetch(new URL(`api/invocations?${query}`, served.url));
      const { message }: { message: string } = JSON.parse(await response.text());
      expect([response.status, message]).toEqual([400, expect.stringContaining(query.split("=")[0] ?? "")]);
    },
  );

  it("an event that is no JSON, a function that is not there and a body that is none of ours are refused", async () => {
    for (const [body, status] of [
      [{ function: "worker", event: "{", wait: true }, 400],
      [{ function: "nobody", event: "{}", wait: true }, 404],
      [{ function: "worker" }, 400],
      ["{", 400],
    ] as const)
      expect((await send("POST", "api/invocations", body)).status).toBe(status);
    expect(fake.invoked).toEqual([]);
  });
});

describe("the feed", () => {
  it("tells what happens, and to a page that comes back what it has missed", async () => {
    await using first = await readFeed(served.url);
    expect(await first.next("boot")).toMatchObject({ data: { boot: session.boot } });
    fake.finish();
    const told = await first.next("invocations");
    expect(told.data).toMatchObject([{ place: 0 }]);
    await first[Symbol.asyncDispose]();
    for (let number = 0; number < 3; number += 1) fake.finish();
    await using second = await readFeed(served.url, told.id);
    expect((await second.next("invocations")).data).toMatchObject([{ place: 1 }, { place: 2 }, { place: 3 }]);
  });

  it("tells a page that was away too long how many it has not been told of", async () => {
    for (let number = 0; number < 2_100; number += 1) fake.finish();
    await using feed = await readFeed(served.url, `${session.boot}.0`);
    expect((await feed.next("missed")).data).toEqual({ count: 100 });
    expect((await feed.next("invocations")).data).toHaveLength(2_000);
  });

  it("tells a page of another boot that this is a new one, and nothing of before", async () => {
    fake.finish();
    await using feed = await readFeed(served.url, "another-boot.77");
    await feed.next("boot");
    fake.finish();
    expect((await feed.next("invocations")).data).toMatchObject([{ place: 1 }]);
  });

  it("tells of redrives and faults as they are turned", async () => {
    await using feed = await readFeed(served.url);
    await feed.next("boot");
    await send("PUT", "api/faults", { seed: 7, duplicates: 0.5 });
    expect((await feed.next("faults")).data).toMatchObject({ seed: 7, duplicates: 0.5 });
    expect(fake.plans).toMatchObject([{ seed: 7, duplicates: 0.5, crashAt: [] }]);
    await send("POST", "api/redrives", { ids: ["a"], edited: "mended" });
    expect((await feed.next("redrive", ({ state }) => state === "ended")).data).toMatchObject({ done: 1 });
    expect(fake.redriven).toEqual([{ ids: ["a"], edited: "mended" }]);
  });
});

it("a fault plan that is none is refused, and the one before stays", async () => {
  const answer = await send("PUT", "api/faults", { seed: 1, duplicates: 2 });
  expect(answer).toMatchObject({ status: 400, text: expect.stringContaining("duplicates") });
  expect(fake.plans).toEqual([]);
});

it("a file goes through as it comes, into a bucket that is there", async () => {
  const content = "x".repeat(3_000_000);
  const put = await send("PUT", "api/objects/files?key=a%2Fb.csv", content);
  expect(JSON.parse(put.text)).toEqual({ bucket: "files", key: "a/b.csv", eTag: "3000000" });
  expect((await send("PUT", "api/objects/nowhere?key=a", "x")).status).toBe(404);
  expect((await send("PUT", "api/objects/files", "x")).status).toBe(400);
});

it("a story is what logs and stores tell, with the invocations and failures that name the id", async () => {
  fake.finish({ requestId: "r-1" });
  fake.failures.push(
    { id: "f-1", kind: "message-rejected", place: "queue", what: "ticket known", reason: "no", facts: {} },
    { id: "f-2", kind: "message-rejected", place: "queue", what: "ticket unknown", reason: "no", facts: {} },
  );
  expect(await get<Story>("api/story?id=known")).toMatchObject({
    summary: ["It is there."],
    invocations: [{ requestId: "r-1" }],
    failures: [{ id: "f-1" }],
  });
  expect((await fetch(new URL("api/story?id=nothing", served.url))).status).toBe(404);
});
