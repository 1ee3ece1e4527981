import { readAuditEntry } from "@doorbell/audit-trail/read-audit-entry";
import { verifyTrail } from "@doorbell/audit-trail/verify-trail";
import { expect, test } from "vitest";
import { auditedOrders } from "./audited-orders.ts";

/** An entry as the first release stored it. */
const stored = {
  orderKey: "acme/CA-1",
  version: 1,
  eventName: "INSERT",
  eventId: "e-1",
  at: 1_767_225_600,
  correlationId: "upload-7",
  after: "bb66a8b0114d754f260e9ecd9561857519fee9ec5bc0fd14ea002f4cb81e395e",
  changes: [
    { path: "/id", after: '{"S":"acme/CA-1"}' },
    { path: "/placed", after: '{"M":{"correlationId":{"S":"upload-7"}}}' },
    { path: "/version", after: '{"N":"1"}' },
  ],
};
const image = {
  id: { S: "acme/CA-1" },
  version: { N: "1" },
  placed: { M: { correlationId: { S: "upload-7" } } },
};

test("an entry that the first release stored is read, and proved", () => {
  const found = readAuditEntry(stored, auditedOrders);
  expect(found).toEqual({ ok: true, version: 1, entry: stored });
  expect(verifyTrail({ orderKey: "acme/CA-1", entries: [found], image }, auditedOrders)).toEqual([]);
});

test("an entry without its order is unreadable, and says where", () => {
  const { orderKey: _, ...rest } = stored;
  expect(readAuditEntry(rest, auditedOrders)).toEqual({ ok: false, version: 1, unreadableAt: ["orderKey"] });
});
