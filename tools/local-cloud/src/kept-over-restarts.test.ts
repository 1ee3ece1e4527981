import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../test/web-fixture.ts";
import { testGraph } from "../test/testing-graph.ts";
import {
  CHARACTERS_PER_FUNCTION,
  LINES_PER_FUNCTION,
  MAX_LINE_CHARACTERS,
  createLogBook,
} from "./lambda/logs/log-book.ts";
import { openLogStore } from "./lambda/logs/log-store.ts";
import { openKeptFigures } from "./kept-figures.ts";
import { startLocalCloud } from "./start-local-cloud.ts";

const LIMIT_MS = 60_000;

const HANDLER = `
const metric = { _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: "Shop", Dimensions: [[]], Metrics: [{ Name: "Calls" }] }] }, Calls: 1 };
export const handler = async (event) => {
  process.stdout.write(JSON.stringify(metric) + "\\n");
  if (event.rawPath === "/fail") throw new Error("as asked");
  return { shop: process.env.SHOP };
};`;
const functionUrl = "https://xyz.lambda-url.eu-central-2.on.aws/";
const graph = testGraph([
  {
    type: "aws:lambda/function:Function",
    name: "Shop",
    inputs: {
      name: "shop",
      handler: "shop.handler",
      runtime: "nodejs24.x",
      environment: { variables: { SHOP: functionUrl } },
    },
  },
  {
    type: "aws:lambda/functionUrl:FunctionUrl",
    name: "ShopUrl",
    inputs: { functionName: "shop", authorizationType: "NONE" },
    drawn: { functionUrl },
  },
  { type: "aws:kinesis/stream:Stream", name: "Clicks", inputs: {} },
]);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "doorbell-kept-"));
  await writeFile(join(root, "shop.ts"), HANDLER);
});
afterAll(() => rm(root, { recursive: true }));

describe("a local cloud with a state folder, started again,", () => {
  test(
    "has the same logs, and counts on: functions, URLs, metrics",
    async () => {
      const told: string[] = [];
      const notice = (sentence: string) => void told.push(sentence);
      const options = { root, graph, stateDir: join(root, "state"), notice };
      const first = await startLocalCloud(options);
      const url = first.environment["SHOP_URL"] ?? "";
      // The URL that the function knows is the local one.
      expect(JSON.parse((await ask(url, { path: "/" })).text)).toEqual({ shop: url });
      expect((await ask(url, { path: "/fail" })).status).toBe(502);
      expect(told).toEqual(["Not run here: Clicks (kinesis/stream); nothing can be written to it."]);
      await first.stop();
      const lines = first.lambda.logs();
      const before = await first.status();

      const second = await startLocalCloud(options);
      try {
        expect(second.lambda.logs().slice(0, lines.length)).toEqual(lines);
        const after = await second.status();
        expect(after.functions).toMatchObject([{ function: "shop", invocations: 2, errors: 1 }]);
        expect(after.web).toMatchObject([{ component: "Shop", kind: "function-url", requests: 2, failures: 1 }]);
        expect(after.metrics).toEqual(before.metrics);
        await ask(second.environment["SHOP_URL"] ?? "", { path: "/" });
        expect((await second.status()).metrics).toMatchObject([{ name: "Calls", sum: 3 }]);
        const places = second.lambda.logEntries("shop").map(({ order }) => order);
        expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
      } finally {
        await second.stop();
      }
    },
    2 * LIMIT_MS,
  );
});

describe("what is kept on disk", () => {
  test("is as much of the logs as the book has: 20,000 lines of a function, 32 Mi characters", () => {
    const database = new DatabaseSync(":memory:");
    const book = createLogBook(openLogStore(database));
    for (let at = 0; at < LINES_PER_FUNCTION + 2_500; at += 1) book.write("busy", "s", String(at));
    const long = "x".repeat(MAX_LINE_CHARACTERS);
    for (let at = 0; at < CHARACTERS_PER_FUNCTION / MAX_LINE_CHARACTERS + 3; at += 1)
      book.write("talkative", "s", long);
    book.write("calm", "s", "hello");
    book.close();
    const rows = database.prepare("SELECT function_name AS name, count(*) AS lines FROM log_lines GROUP BY 1").all();
    expect(Object.fromEntries(rows.map(({ name, lines }) => [name, lines]))).toEqual({
      busy: LINES_PER_FUNCTION,
      calm: 1,
      talkative: CHARACTERS_PER_FUNCTION / MAX_LINE_CHARACTERS,
    });
    expect(createLogBook(openLogStore(database)).lines()).toEqual(book.lines());
    database.close();
  });

  test("of figures is found by their name, and only as numbers", () => {
    const database = new DatabaseSync(":memory:");
    const figures = openKeptFigures(database);
    const counters = figures.keep("a", { calls: 0, problem: "none" });
    counters.calls = 7;
    counters.problem = "something";
    figures.stop();
    const again = openKeptFigures(database);
    expect(again.keep("a", { calls: 0, failures: 0, problem: "none" })).toEqual({
      calls: 7,
      failures: 0,
      problem: "none",
    });
    expect(again.keep("b", { calls: 0 })).toEqual({ calls: 0 });
    again.stop();
    database.close();
  });
});
