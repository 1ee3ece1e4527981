import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { sampleLine, sampleOrder } from "@doorbell/event-contracts/testing";
import { describe, expect, test } from "vitest";
import { ingestUpload } from "./ingest-upload.ts";
import { ORDER_EVENT_BYTES } from "./limits.ts";
import { memoryPorts, testInvocation, uploaded } from "../test/memory-ports.ts";
import { csvLine, header } from "../test/testing.ts";

const csv = (...orderIds: string[]) => [header, ...orderIds.map((id) => csvLine({ "Order ID": id }))].join("\n");
const many = (count: number) => csv(...Array.from({ length: count }, (_, number) => `O-${number}`));
const subjects = (bodies: readonly string[]) => bodies.map((body) => JSON.parse(body).subject);

test("an upload becomes events that fit the contract, a receipt, and no rejects object where there are no rejects", async () => {
  const contents = csv("A-1", "A-2");
  const { ports, receipts, rejects, sent } = memoryPorts({ "in/orders.csv": contents });
  await ingestUpload(ports)(uploaded("in/orders.csv"), testInvocation());
  const [receipt] = receipts.values();
  expect(receipt).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    correlationId: receipt?.id,
    bucket: "uploads",
    key: "in/orders.csv",
    partner: "in",
    eTag: "9f86d081",
    size: 100,
    eventTime: "2024-03-01T08:30:00.250Z",
    status: "done",
    format: "csv",
    lines: 2,
    orders: 2,
    rejectedLines: 0,
    sha256: createHash("sha256").update(contents).digest("hex"),
    checkpoint: 2,
    fence: 1,
  });
  expect(rejects.size).toBe(0);
  const events = sent.map((body) => parseBusinessEvent(body));
  expect(events).toMatchObject([
    {
      ok: true,
      value: {
        subject: "A-1",
        time: "2024-03-01T08:30:00.250Z",
        correlationid: receipt?.id,
        source: "in",
      },
    },
    { ok: true, value: { subject: "A-2" } },
  ]);
});

test("event ids depend on bucket, key, version and place, and on nothing else", async () => {
  const idsOf = async (event: ReturnType<typeof uploaded>) => {
    const { ports, sent } = memoryPorts({ a: csv("A-1", "A-2"), b: csv("A-1", "A-2") });
    await ingestUpload(ports)(event, testInvocation());
    return sent.map((body) => JSON.parse(body).id);
  };
  const ids = await idsOf(uploaded("a"));
  expect(new Set(ids).size).toBe(2);
  expect(await idsOf(uploaded("a", { size: 7 }))).toEqual(ids);
  for (const other of [uploaded("b"), uploaded("a", { eTag: "other" }), uploaded("a", { versionId: "v1" })]) {
    expect((await idsOf(other)).some((id) => ids.includes(id))).toBe(false);
  }
});

describe("the partner", () => {
  test("whose folder it is owns the orders, goes with every message, and stands in receipt and log", async () => {
    const { ports, receipts, sent, partners } = memoryPorts({ "in coming/a.csv": csv("A-1"), "a.csv": csv("A-1") });
    const invocations = [testInvocation(), testInvocation()];
    for (const [at, key] of ["in coming/a.csv", "a.csv"].entries())
      await ingestUpload(ports)(uploaded(key), invocations[at] ?? testInvocation());
    expect(sent.map((body) => JSON.parse(body))).toMatchObject([
      { source: "in%20coming", subject: "A-1" },
      { source: "default", subject: "A-1" },
    ]);
    expect([...partners]).toEqual(["in%20coming", "default"]);
    expect([...receipts.values()].map(({ partner }) => partner)).toEqual(["in%20coming", "default"]);
    expect(invocations.map(({ lines }) => [...new Set(lines.map((line) => JSON.parse(line).partner))])).toEqual([
      ["in%20coming"],
      ["default"],
    ]);
  });

  test("with too long a name is refused, and nothing of the file is sent", async () => {
    const key = `${"ü".repeat(22)}/a.csv`;
    const { ports, receipts, sent } = memoryPorts({ [key]: csv("A-1") });
    await ingestUpload(ports)(uploaded(key), testInvocation());
    expect([...receipts.values()]).toMatchObject([
      {
        status: "refused",
        reason: "its folder names no partner: 132 characters, percent-encoded, where at most 128 are taken",
      },
    ]);
    expect(sent).toEqual([]);
  });
});

test("a repeated event does nothing", async () => {
  const { ports, sent } = memoryPorts({ a: csv("A-1") });
  const ingest = ingestUpload(ports);
  await ingest(uploaded("a"), testInvocation());
  const again = testInvocation();
  await ingest(uploaded("a"), again);
  expect(sent).toHaveLength(1);
  expect(again.counts).toEqual({ Duplicates: 1 });
});

test("an event that comes while another run is under way throws, to be delivered later", async () => {
  const { ports, behaviour } = memoryPorts({ a: csv("A-1") });
  const arrived = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const { send } = behaviour;
  behaviour.send = async (bodies) => {
    arrived.resolve();
    await go.promise;
    return send(bodies);
  };
  const ingest = ingestUpload(ports);
  const first = ingest(uploaded("a"), testInvocation());
  await arrived.promise;
  await expect(ingest(uploaded("a"), testInvocation())).rejects.toMatchObject({ code: "UPLOAD_BUSY" });
  go.resolve();
  await first;
});

describe("a run that is broken off", () => {
  test("says so, and the next one goes on at the checkpoint with the same events", async () => {
    const contents = many(200);
    const whole = memoryPorts({ a: contents });
    await ingestUpload(whole.ports)(uploaded("a"), testInvocation());

    const { ports, receipts, sent, behaviour } = memoryPorts({ a: contents });
    const { send } = behaviour;
    let calls = 0;
    behaviour.send = async (bodies) => (++calls > 8 ? Promise.reject(new Error("power cut")) : send(bodies));
    const ingest = ingestUpload(ports);
    const failure = await ingest(uploaded("a"), testInvocation()).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "UPLOAD_UNFINISHED",
      checkpoint: 80,
      cause: { cause: { message: "power cut" } },
    });
    expect([...receipts.values()]).toMatchObject([{ status: "processing", checkpoint: 80, fence: 1 }]);

    behaviour.send = send;
    await ingest(uploaded("a"), testInvocation());
    expect([...receipts.values()]).toMatchObject([{ status: "done", orders: 200, checkpoint: 200, fence: 2 }]);
    expect(sent).toEqual(whole.sent);
  });

  test("by the deadline saves the checkpoint and throws", async () => {
    const { ports, receipts, behaviour } = memoryPorts({ a: many(2000) });
    const invocation = testInvocation();
    const { send } = behaviour;
    let calls = 0;
    behaviour.send = async (bodies) => {
      if (++calls === 20) invocation.deadline.abort(new Error("deadline"));
      return send(bodies);
    };
    await expect(ingestUpload(ports)(uploaded("a"), invocation)).rejects.toMatchObject({ code: "UPLOAD_UNFINISHED" });
    const [receipt] = receipts.values();
    expect(receipt?.status).toBe("processing");
    expect(receipt?.checkpoint).toBeGreaterThanOrEqual(190);
    expect(receipt?.checkpoint).toBeLessThan(2000);
  });

  test("and cannot save its checkpoint says both", async () => {
    const { ports, behaviour } = memoryPorts({ a: many(200) });
    const { send } = behaviour;
    let calls = 0;
    behaviour.send = async (bodies) => (++calls > 8 ? Promise.reject(new Error("power cut")) : send(bodies));
    const save: typeof ports.receipts.save = (receipt) =>
      receipt.checkpoint > 0 ? Promise.reject(new Error("no table")) : ports.receipts.save(receipt);
    const failing = { ...ports, receipts: { ...ports.receipts, save } };
    await expect(ingestUpload(failing)(uploaded("a"), testInvocation())).rejects.toMatchObject({
      code: "UPLOAD_UNFINISHED",
      cause: { errors: [{ cause: { message: "power cut" } }, { message: "no table" }] },
    });
  });

  test("after its receipt was written sends nothing again", async () => {
    const { ports, receipts, sent } = memoryPorts({ a: csv("A-1") });
    await ingestUpload(ports)(uploaded("a"), testInvocation());
    const forgetful = { ...memoryPorts({}).ports, receipts: ports.receipts };
    await ingestUpload(forgetful)(uploaded("a"), testInvocation());
    expect(sent).toHaveLength(1);
    expect([...receipts.values()]).toMatchObject([{ status: "done", orders: 1 }]);
  });

  test("and overtaken by a later one cannot overwrite its receipt", async () => {
    const { ports, receipts, behaviour } = memoryPorts({ a: csv("A-1") });
    behaviour.send = async (bodies) => {
      for (const [id, receipt] of receipts) receipts.set(id, { ...receipt, status: "done", orders: 42, fence: 9 });
      return bodies.map(() => ({ kind: "sent" }));
    };
    await expect(ingestUpload(ports)(uploaded("a"), testInvocation())).rejects.toMatchObject({
      cause: { code: "RECEIPT_FENCED" },
    });
    expect([...receipts.values()]).toMatchObject([{ orders: 42, fence: 9 }]);
  });
});

describe("the receipt says why", () => {
  const receiptOf = async (event: ReturnType<typeof uploaded>, contents?: Uint8Array | string) => {
    const { ports, receipts, rejects, sent } = memoryPorts(contents === undefined ? {} : { [event.key]: contents });
    await ingestUpload(ports)(event, testInvocation());
    const [receipt] = receipts.values();
    return { receipt, rejects: rejects.get(receipt?.id ?? "") ?? [], sent };
  };

  test.each([
    ["a zero-byte object", uploaded("a.csv", { size: 0 }), "empty"],
    ["a folder, as the console makes one,", uploaded("folder/", { size: 0 }), "a folder, not a file"],
  ])("%s is refused", async (_name, event, reason) => {
    expect((await receiptOf(event)).receipt).toMatchObject({ status: "refused", reason, lines: 0 });
  });

  test("a file whose key ends like a folder's is read", async () => {
    const { receipt } = await receiptOf(uploaded("folder/"), `${header}\n${csvLine()}`);
    expect(receipt).toMatchObject({ status: "done", orders: 1 });
  });

  test("a deleted object is refused", async () => {
    expect((await receiptOf(uploaded("a"))).receipt).toMatchObject({
      status: "refused",
      reason: "deleted since the event",
    });
  });

  test("another kind of file is refused", async () => {
    const { receipt, sent } = await receiptOf(uploaded("a.csv"), "name,price\nAda Example,12\n");
    expect(receipt).toMatchObject({
      status: "refused",
      reason: "the first line is not the header of the superstore layout",
    });
    expect(sent).toEqual([]);
  });

  test("a truncated gzip is incomplete: what was there is sent, a reject names the line", async () => {
    const whole = gzipSync(many(3000));
    const { receipt, rejects, sent } = await receiptOf(uploaded("a.csv.gz"), whole.subarray(0, -100));
    expect(receipt).toMatchObject({ status: "incomplete", reason: "truncated gzip", orders: sent.length });
    expect(sent.length).toBeGreaterThan(100);
    const last = rejects.at(-1);
    expect(last?.reasons[0]?.received).toBe("truncated gzip");
    expect(last?.line).toBe(sent.length + 1 + rejects.length);
    expect(receipt?.rejectedLines).toBe(rejects.length);
  });

  test("an order over the event limit is rejected, its neighbours are not", async () => {
    const lines = Array.from({ length: 450 }, () => sampleLine({ productName: "y".repeat(500) }));
    const orders = [sampleOrder({ orderId: "A" }), sampleOrder({ orderId: "B", lines }), sampleOrder({ orderId: "C" })];
    const { receipt, rejects, sent } = await receiptOf(
      uploaded("a"),
      orders.map((order) => JSON.stringify(order)).join("\n"),
    );
    expect(subjects(sent)).toEqual(["A", "C"]);
    expect(rejects).toMatchObject([
      { line: 2, orderId: "B", reasons: [{ expected: `an event of at most ${ORDER_EVENT_BYTES} bytes` }] },
    ]);
    expect(receipt).toMatchObject({ status: "done", orders: 2, rejectedLines: 1 });
  });
});

test("an order that the queue rejects is a reject with the queue's reason", async () => {
  const { ports, receipts, rejects, behaviour } = memoryPorts({ a: csv("A-1", "A-2", "A-2", "A-3") });
  behaviour.send = async (bodies) =>
    bodies.map((body) =>
      body.includes('"A-2"') ? { kind: "rejected", reason: "InvalidMessageContents" } : { kind: "sent" },
    );
  const invocation = testInvocation();
  await ingestUpload(ports)(uploaded("a"), invocation);
  expect(invocation.counts).toEqual({ RejectedLines: 2 });
  expect([...receipts.values()]).toMatchObject([{ status: "done", orders: 2, rejectedLines: 2 }]);
  expect([...rejects.values()].flat()).toMatchObject([
    { line: 3, orderId: "A-2", reasons: [{ received: "InvalidMessageContents" }] },
    { line: 4, orderId: "A-2" },
  ]);
});

test.each([
  ["a deletion", { eventName: "ObjectRemoved:Delete" }],
  ["another bucket", { bucket: "rejects" }],
])("%s is no upload", async (_name, overrides) => {
  const { ports, receipts } = memoryPorts({ a: csv("A-1") });
  await expect(ingestUpload(ports)(uploaded("a", overrides), testInvocation())).rejects.toMatchObject({
    code: "NOT_AN_UPLOAD",
  });
  expect(receipts.size).toBe(0);
});

test("no log line holds a name, a raw line or a reason", async () => {
  const { ports } = memoryPorts({ a: `${csv("A-1")}\nAda Example,secret\n`, b: "Ada Example,secret" });
  const invocation = testInvocation();
  await ingestUpload(ports)(uploaded("a"), invocation);
  await ingestUpload(ports)(uploaded("b"), invocation);
  expect(invocation.lines.map((line) => JSON.parse(line).event)).toEqual([
    "upload.received",
    "upload.handled",
    "upload.received",
    "upload.handled",
  ]);
  expect(invocation.lines.join("\n")).not.toMatch(/Ada|secret|Oak|EX-1/);
});
