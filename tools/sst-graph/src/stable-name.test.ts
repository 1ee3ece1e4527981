import { expect, test } from "vitest";
import { stableName } from "./stable-name.ts";

test("the random suffix that SST adds to a name it derived is taken off", () => {
  expect(stableName("OrdersQueue", { name: "doorbell-local-OrdersQueue-kvzmabcd" })).toEqual({
    name: "doorbell-local-OrdersQueue",
  });
  expect(stableName("UploadsBucket", { bucket: "doorbell-local-uploadsbucket-rrrrrrrr" })).toEqual({
    bucket: "doorbell-local-uploadsbucket",
  });
});

test("a log group that SST names after its function is treated like the function", () => {
  expect(stableName("OrderQueueLogGroup", { name: "/aws/lambda/a-local-OrderQueueFunction-kvzmabcd" })).toEqual({
    name: "/aws/lambda/a-local-OrderQueueFunction",
  });
});

test("a name that SST had to cut keeps its suffix, since another may be cut to the same", () => {
  const inputs = { name: "AVeryLong-kvzmabcd" };
  expect(stableName("AVeryLongNameQueue", inputs)).toEqual(inputs);
});

test("the suffix of a FIFO queue is kept", () => {
  expect(stableName("OrdersQueue", { name: "doorbell-local-OrdersQueue-kvzmabcd.fifo" })).toEqual({
    name: "doorbell-local-OrdersQueue.fifo",
  });
});

test("a name that the configuration chose stays, even where it looks like one with a suffix", () => {
  expect(stableName("OrderQueueFunction", { name: "doorbell-local-customer" })).toEqual({
    name: "doorbell-local-customer",
  });
  expect(stableName("Reports", { name: "doorbell-local-checkers" })).toEqual({ name: "doorbell-local-checkers" });
});

test("other inputs are left alone", () => {
  const inputs = { description: "a-kvzmabcd", name: 7, tags: { name: "x-kvzmabcd" } };
  expect(stableName("a", inputs)).toEqual(inputs);
});
