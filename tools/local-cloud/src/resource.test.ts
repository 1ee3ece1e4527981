import { expect, test } from "vitest";
import { readGraph } from "./graph/read-graph.ts";
import { findResource } from "./resource.ts";
import { smallPipeline, testGraph, watchedPipeline } from "../test/testing-graph.ts";

const ORIGIN = "http://127.0.0.1:4566";
const find = findResource(ORIGIN, readGraph(testGraph(watchedPipeline("LATEST"))), []);

test("a resource is found by the name of its component, with its local URL", () => {
  expect(find("Orders")).toMatchObject({
    type: "queue",
    name: "test-orders",
    arn: "arn:aws:sqs:eu-central-2:000000000000:test-orders",
    url: `${ORIGIN}/000000000000/test-orders`,
  });
  expect(find("Uploads")).toMatchObject({ type: "bucket", name: "test-uploads", url: `${ORIGIN}/test-uploads` });
  expect(find("watcher").arn).toBe("arn:aws:lambda:eu-central-2:000000000000:function:watcher");
});

test("a table has no URL", () => {
  expect(find("OrdersTable").name).toBe("test-orders-table");
  expect(() => find("OrdersTable").url).toThrow("The table OrdersTable has no URL.");
});

test("one that the project has not is refused with those that it has", () => {
  expect(() => find("Order")).toThrow("no resource Order, but Orders, OrdersDlq, OrdersTable, Uploads, watcher.");
  expect(() => find("Orders", "table")).toThrow("no table Orders");
});

test("two components of one name are told apart by type", () => {
  const bucket = {
    type: "aws:s3/bucket:Bucket",
    name: "Other",
    component: { name: "Orders" },
    inputs: { bucket: "b" },
  };
  const both = findResource(ORIGIN, readGraph(testGraph([...smallPipeline, bucket])), []);
  expect(() => both("Orders")).toThrow("queue and bucket of the name Orders: say which");
  expect(both("Orders", "bucket").name).toBe("b");
});
