import { readGraph } from "@doorbell/local-cloud/graph/read-graph";
import { expect, it } from "vitest";
import { sampleSource } from "./sample-source.ts";

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-2:000000000000:${rest}`;
const resource = (type: string, component: string, inputs: object, suffix = "") => ({
  type: `aws:${type}`,
  name: component + suffix,
  component: { name: component },
  inputs,
});
const told = (bucket: string, target: "lambda" | "queue", rules: object) =>
  resource("s3/bucketNotification:BucketNotification", bucket, {
    bucket: bucket.toLowerCase(),
    ...(target === "lambda"
      ? {
          lambdaFunctions: [
            { events: ["s3:ObjectCreated:*"], lambdaFunctionArn: arn("lambda", "function:worker"), ...rules },
          ],
        }
      : { queues: [{ events: ["s3:ObjectCreated:*"], queueArn: arn("sqs", "jobs"), ...rules }] }),
  });
const heard = (name: string, eventSourceArn: string) =>
  resource("lambda/eventSourceMapping:EventSourceMapping", name, {
    eventSourceArn,
    functionName: "worker",
    ...(eventSourceArn.includes(":dynamodb:") && { startingPosition: "LATEST" }),
  });
const graph = readGraph({
  app: "app",
  stage: "dev",
  region: "eu-central-2",
  resources: [
    resource("lambda/function:Function", "Worker", { name: "worker", handler: "a.handler", runtime: "nodejs24.x" }),
    resource("s3/bucket:Bucket", "Assets", { bucket: "assets" }),
    ...["Reports", "Images", "Archive"].map((name) =>
      resource("s3/bucket:Bucket", name, { bucket: name.toLowerCase() }),
    ),
    told("Reports", "lambda", { filterPrefix: "in/", filterSuffix: ".csv" }),
    told("Images", "lambda", {}),
    told("Archive", "queue", {}),
    ...["jobs", "mail"].map((name) => resource("sqs/queue:Queue", name, { name })),
    resource("sqs/queue:Queue", "Steps", { name: "steps.fifo", fifoQueue: true }),
    heard("jobs", arn("sqs", "jobs")),
    heard("mail", arn("sqs", "mail")),
    heard("steps", arn("sqs", "steps.fifo")),
    resource("dynamodb/table:Table", "Items", {
      name: "items",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      streamEnabled: true,
      streamViewType: "NEW_IMAGE",
    }),
    heard("items", arn("dynamodb", "table/items/stream/latest")),
  ],
});

it("of several that call functions, one must be named", () => {
  expect(() => sampleSource(graph, "s3")).toThrow("may be Reports, Images: say which with --of");
  expect(() => sampleSource(graph, "sqs")).toThrow("may be jobs, mail: say which with --of");
  expect(() => sampleSource(graph, "s3", "Assets")).toThrow("bucket, queue or table Assets; by Reports, Images");
  expect(sampleSource(graph, "sqs", "mail").queueArn).toBe(arn("sqs", "mail"));
});

it("a bucket is one that sends its events the sample's way, and of its objects those that it tells of", () => {
  expect(sampleSource(graph, "s3-sqs").bucket?.name).toBe("archive");
  const { bucket } = sampleSource(graph, "s3", "Reports");
  expect(bucket?.name).toBe("reports");
  expect(["in/a.csv", "in/a.txt", "a.csv"].filter((key) => bucket?.notifies(key))).toEqual(["in/a.csv"]);
});

it("the only one needs no name, and what the sample is not about may be any", () => {
  expect(sampleSource(graph, "sqs-fifo").queueArn).toBe(arn("sqs", "steps.fifo"));
  const { table, bucket, queueArn } = sampleSource(graph, "dynamodb");
  expect([table?.name, bucket, queueArn]).toEqual(["items", undefined, undefined]);
});
