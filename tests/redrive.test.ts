import { openResults } from "@doorbell/ops/demo/read-results";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, runCli } from "./support/cli-process.ts";
import { EACH, type Parked, parkFailures } from "./support/parked-failures.ts";
import { type PublishedStage, publishStage } from "./support/published-stage.ts";
import { root } from "./support/running-cloud.ts";

const perSecond = 40;
let cloud: LocalCloud;
let parked: Parked;
let stage: PublishedStage;
let idOfThird = "";

beforeAll(async () => {
  // Without the notification, so that putting a file starts nothing: the failed event is all that tells of it.
  const resources = graph.resources.filter(({ type }) => type !== "aws:s3/bucketNotification:BucketNotification");
  cloud = await startLocalCloud({ root, graph: { ...graph, resources } });
  stage = await publishStage(cloud.environment);
  parked = await parkFailures(cloud.environment);
}, 60_000);

afterAll(async () => {
  parked.close();
  stage.close();
  await cloud.stop();
}, 30_000);

const failures = (...command: readonly string[]): Promise<Ended> =>
  runCli(["failures", ...command, "--port", String(cloud.port)]);

const redrive = (...options: readonly string[]): Promise<Ended> =>
  failures("redrive", "--rate", String(perSecond), ...options);

/** A redrive of what has the reason, ended from outside as soon as so many results are printed. */
const interrupted = (reason: string, signal: NodeJS.Signals, after: number): Promise<Ended> =>
  runCli(["failures", "redrive", "--rate", "20", "--reason", reason, "--port", String(cloud.port)], {
    interrupt: { signal, after, matching: /^(?:sent|handled) / },
  });

/** How the summary counts a result. */
const counted = ({ stdout }: Ended, result: string): number =>
  Number(new RegExp(`^ +(\\d+) {2}${result}$`, "m").exec(stdout)?.[1] ?? 0);

async function listed(): Promise<Record<string, unknown>[]> {
  const { stdout } = await failures("list", "--json");
  const list: unknown = JSON.parse(stdout);
  return Array.isArray(list) ? list : [];
}

function tally(list: readonly Record<string, unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of list) counts[String(kind)] = (counts[String(kind)] ?? 0) + 1;
  return counts;
}

/** Ids that the functions' logs name with an outcome, as often as they do. */
function logged(functionName: string, outcome: string): string[] {
  return cloud.lambda
    .logs(`doorbell-local-${functionName}`)
    .map(({ line }): Record<string, unknown> => (line.startsWith("{") ? JSON.parse(line) : {}))
    .filter((line) => line["outcome"] === outcome)
    .map((line) => String(line["orderKey"]));
}

describe("a hundred failures of five kinds, sent back by reason with a kill in the middle", () => {
  it("are listed: where, what, why, attempts, first and last time", async () => {
    const list = await listed();
    expect(tally(list)).toEqual({
      "order-rejected": EACH,
      "order-exhausted": EACH,
      "change-rejected": EACH,
      "batch-exhausted": EACH,
      "upload-exhausted": EACH,
    });
    expect(new Set(list.map(({ id }) => id)).size).toBe(5 * EACH);
    const third = list.find(({ what }) => what === "order shop.example/rejected-3");
    idOfThird = String(third?.["id"]);
    expect(third).toMatchObject({
      kind: "order-rejected",
      place: "orders DLQ",
      reason: "The event's version is not one that this release reads",
      attempts: 1,
      firstAt: "2024-03-01T08:30:00.250Z",
      facts: { "message id": "original-3", service: "order-queue" },
    });
    expect(list.find(({ what }) => what === "order shop.example/exhausted-3")).toMatchObject({
      kind: "order-exhausted",
      attempts: 50,
      firstAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(list.find(({ what }) => what === "2 changes of orders batch-3-0, batch-3-1")).toMatchObject({
      reason: "RetryAttemptsExhausted: Unhandled",
      attempts: 11,
      firstAt: "2024-03-01T08:30:00Z",
      lastAt: "2024-03-01T08:31:00.000Z",
    });
    expect(list.find(({ what }) => what === "file partner files/3.ndjson")).toMatchObject({
      reason: "RetriesExhausted: ResourceNotFoundException: Requested resource not found",
      attempts: 3,
    });
  }, 20_000);

  it("are shown whole by the beginning of an id", async () => {
    const { stdout, status } = await failures("show", idOfThird.slice(0, 13), "--json");
    expect(status).toBe(0);
    const shown: { content?: string } = JSON.parse(stdout);
    expect(JSON.parse(shown.content ?? "")).toMatchObject({ subject: "rejected-3" });
  }, 20_000);

  it("stay where they are in a dry run", async () => {
    const { stdout } = await redrive("--all", "--dry-run");
    expect(stdout).toContain("100 failures:");
  }, 20_000);

  it("are handled, each once, and none is lost", async () => {
    const rejected = "VERSION is not one";
    const killed = await interrupted(rejected, "SIGKILL", 7);
    expect(killed.status).toBeNull();

    const changes = await redrive("--reason", "change-rejected");
    expect(counted(changes, "handled"), changes.stdout).toBe(EACH);
    expect(changes.ms).toBeGreaterThan(((EACH - 1) * 1_000) / perSecond);

    const stopped = await interrupted("batch-exhausted", "SIGINT", 5);
    expect(stopped.status).toBe(130);
    const before = counted(stopped, "handled");
    expect(before).toBeLessThan(EACH);
    expect(counted(stopped, "left, not touched")).toBe(EACH - before);
    expect(counted(await redrive("--reason", "batch-exhausted"), "handled")).toBe(EACH - before);

    expect(counted(await redrive("--reason", "upload-exhausted", "--wait", "30"), "handled")).toBe(EACH);

    const again = await redrive("--reason", rejected, "--wait", "30", "--json");
    expect(again.status, again.stderr).toBe(0);
    const { results }: { results: { result: string }[] } = JSON.parse(again.stdout);
    // Seven were reported before the kill, and one more may have been sent, and taken out or not.
    expect(results.length).toBeGreaterThanOrEqual(EACH - 8);
    expect(results.length).toBeLessThanOrEqual(EACH - 7);
    expect(results.every(({ result }) => result === "handled" || result === "already-done")).toBe(true);

    const rest = await runCli(["failures", "redrive", "--stage", "local", "--reason", "order-exhausted"], {
      shell: stage.shell,
    });
    expect(rest.stdout).toContain("failures in stage local");
    expect(counted(rest, "sent, outcome not known yet")).toBe(EACH);
    await cloud.waitUntilIdle(20_000);
    await expectHandledOnce();
  }, 300_000);
});

describe("what would fail again", () => {
  it("fails again, is told, and lies there still", async () => {
    const { order, change } = await parked.parkHopeless();
    const first = await redrive("--all", "--wait", "30", "--json");
    expect(first.status).toBe(1);
    const { results }: { results: { detail: string }[] } = JSON.parse(first.stdout);
    const list = await listed();
    const refused = list.filter(({ kind }) => kind === "order-rejected");
    // Equal in content, and yet each is told by its own new id.
    expect(refused.map(({ id }) => `it is back as ${String(id)}`).sort()).toEqual(
      results
        .slice(0, 2)
        .map(({ detail }) => detail)
        .sort(),
    );
    expect(results).toMatchObject([
      { kind: "order-rejected", result: "failed-again" },
      { kind: "order-rejected", result: "failed-again" },
      { kind: "change-rejected", result: "failed-again", detail: expect.stringMatching(/^rejected again/) },
    ]);
    const kept = [`1 change of order ${change}`, `order ${order}`, `order ${order}`];
    expect(list.map(({ what }) => String(what)).sort()).toEqual(kept);
    expect(refused[0]?.["reason"]).toMatch(/^shop\.example\/rejected-0 is stored with another payload/);
  }, 60_000);
});

async function expectHandledOnce(): Promise<void> {
  const results = openResults(cloud.environment);
  try {
    const orders = await results.orders();
    expect([...orders.keys()].sort()).toEqual([...parked.orders].sort());
    expect([...orders.values()].filter(({ version }) => version !== 1)).toEqual([]);
    expect(logged("order-queue", "applied").sort()).toEqual([...parked.orders].sort());
    // The kill may have left one message that was sent and not taken out.
    expect(logged("order-queue", "duplicate").length).toBeLessThanOrEqual(1);
    const audited = (await results.auditEntries()).map(({ orderKey, version }) => `${orderKey} ${version}`).sort();
    expect(audited).toEqual([...parked.orders, ...parked.changes].map((id) => `${id} 1`).sort());
    expect((await results.failures()).filter(({ count }) => count > 0)).toEqual([]);
  } finally {
    results.close();
  }
}
