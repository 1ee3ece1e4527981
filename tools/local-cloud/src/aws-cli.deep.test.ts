import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLocalCloud } from "./start-local-cloud.ts";
import { smallPipeline, testGraph } from "../test/testing-graph.ts";
import type { LocalCloud } from "./start-local-cloud.ts";

const LIMIT_MS = 60_000;
const run = promisify(execFile);
const installed = spawnSync("aws", ["--version"]).status === 0;

const HANDLER = `export const handler = async (event: { fail?: boolean }) => {
  console.log("hello");
  if (event.fail) throw new TypeError("as asked");
  return { event };
};`;
const QUEUE_ARN = "arn:aws:sqs:eu-central-2:000000000000:test-orders";
const functions = [
  {
    type: "aws:lambda/function:Function",
    name: "Worker",
    inputs: { name: "test-worker", handler: "worker.handler", runtime: "nodejs24.x" },
  },
  {
    type: "aws:lambda/eventSourceMapping:EventSourceMapping",
    name: "Mapping",
    inputs: { functionName: "test-worker", eventSourceArn: QUEUE_ARN, enabled: false },
  },
];

describe.skipIf(!installed)("the AWS CLI, with nothing but the environment that `doorbell env` prints,", () => {
  let folder: string;
  let cloud: LocalCloud;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "doorbell-cli-"));
    await writeFile(join(folder, "worker.ts"), HANDLER);
    cloud = await startLocalCloud({ root: folder, graph: testGraph([...smallPipeline, ...functions]) });
  }, LIMIT_MS);
  afterAll(async () => {
    await cloud.stop();
    await rm(folder, { recursive: true });
  });

  const aws = async (...args: string[]) => {
    const env = { PATH: process.env["PATH"], HOME: folder, AWS_PAGER: "", ...cloud.environment };
    const { stdout } = await run("aws", args, { env });
    return stdout;
  };
  const awsJson = async (...args: string[]): Promise<unknown> => JSON.parse(await aws(...args, "--output", "json"));

  test(
    "uploads files, small and in parts, lists and downloads them",
    async () => {
      const [small, large] = [join(folder, "small.csv"), join(folder, "large.csv")];
      await writeFile(small, "id\n1\n");
      await writeFile(large, Buffer.alloc(20 * 1024 * 1024, "x"));
      await aws("s3", "cp", small, "s3://test-uploads/in/small.csv");
      await aws("s3", "cp", large, "s3://test-uploads/in/large.csv");
      expect(await aws("s3", "ls", "s3://test-uploads/in/")).toMatch(/20971520 large\.csv\n.* 5 small\.csv/);
      await aws("s3", "cp", "s3://test-uploads/in/small.csv", join(folder, "back.csv"));
      expect(await readFile(join(folder, "back.csv"), "utf8")).toBe("id\n1\n");
    },
    LIMIT_MS,
  );

  test(
    "makes a presigned URL that works",
    async () => {
      const file = join(folder, "presigned.txt");
      await writeFile(file, "hello");
      await aws("s3", "cp", file, "s3://test-uploads/presigned.txt");
      const answer = await fetch((await aws("s3", "presign", "s3://test-uploads/presigned.txt")).trim());
      expect(await answer.text()).toBe("hello");
    },
    LIMIT_MS,
  );

  test(
    "makes folders and empty files, tags objects, and is refused what S3 has and the local cloud has not",
    async () => {
      const s3api = (...args: string[]) => aws("s3api", ...args, "--bucket", "test-uploads");
      const object = ["--key", "tagged/"];
      await s3api("put-object", ...object, "--tagging", "partner=one");
      const tags = ["--tagging", '{"TagSet":[{"Key":"partner","Value":"two & three"}]}'];
      await expect(s3api("put-object-tagging", ...object, ...tags)).rejects.toMatchObject({
        stderr: expect.stringContaining("(InvalidTag)"),
      });
      const [partner, empty] = [
        { Key: "partner", Value: "two" },
        { Key: "empty", Value: "" },
      ];
      await s3api("put-object-tagging", ...object, "--tagging", JSON.stringify({ TagSet: [partner, empty] }));
      expect(JSON.parse(await s3api("get-object-tagging", ...object, "--output", "json"))).toEqual({
        TagSet: [partner, empty],
      });
      await s3api("delete-object-tagging", ...object);
      const refused = (operation: string) => ({
        stderr: expect.stringContaining(`${operation} is not implemented by`),
      });
      const retention = ["--retention", "Mode=GOVERNANCE,RetainUntilDate=2030-01-01"];
      await expect(s3api("put-object-retention", ...object, ...retention)).rejects.toMatchObject(
        refused("PutObjectRetention"),
      );
      await expect(s3api("get-bucket-policy")).rejects.toMatchObject(refused("GetBucketPolicy"));
      await expect(s3api("delete-bucket-tagging")).rejects.toMatchObject(refused("DeleteBucketTagging"));
      await expect(s3api("put-object", ...object, "--if-none-match", "*")).rejects.toMatchObject({
        stderr: expect.stringContaining("(PreconditionFailed)"),
      });
      expect(JSON.parse(await s3api("head-object", ...object, "--output", "json"))).toMatchObject({ ContentLength: 0 });
    },
    // Ten runs of the CLI, each of them a second or more of start-up.
    3 * LIMIT_MS,
  );

  test(
    "sends, receives and reads the attributes of a queue",
    async () => {
      const queue = ["--queue-url", cloud.environment["ORDERS_QUEUE_URL"] ?? ""];
      await aws("sqs", "send-message", ...queue, "--message-body", "hello");
      expect(await awsJson("sqs", "get-queue-attributes", ...queue, "--attribute-names", "All")).toMatchObject({
        Attributes: { ApproximateNumberOfMessages: "1", VisibilityTimeout: "60" },
      });
      expect(await awsJson("sqs", "receive-message", ...queue)).toMatchObject({ Messages: [{ Body: "hello" }] });
    },
    LIMIT_MS,
  );

  test(
    "writes and scans a table",
    async () => {
      const table = ["--table-name", "test-orders-table"];
      await aws("dynamodb", "put-item", ...table, "--item", '{"id":{"S":"A-1"}}');
      expect(await awsJson("dynamodb", "scan", ...table)).toMatchObject({ Count: 1, Items: [{ id: { S: "A-1" } }] });
      expect(await awsJson("dynamodb", "describe-table", ...table)).toMatchObject({
        Table: { TableArn: "arn:aws:dynamodb:eu-central-2:000000000000:table/test-orders-table" },
      });
    },
    LIMIT_MS,
  );

  test(
    "invokes a function and sees its result, its error and the end of its log",
    async () => {
      const file = join(folder, "answer.json");
      const invoke = (...args: string[]) =>
        awsJson("lambda", "invoke", "--function-name", "test-worker", ...args, file);
      const fine: unknown = await invoke("--payload", '{"order":1}', "--log-type", "Tail");
      expect(fine).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
      const log = typeof fine === "object" && fine !== null && "LogResult" in fine ? String(fine.LogResult) : "";
      expect(Buffer.from(log, "base64").toString()).toMatch(/START RequestId: [^]*hello\n[^]*REPORT RequestId: /);
      expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ event: { order: 1 } });

      expect(await invoke("--payload", '{"fail":true}')).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
      expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
        errorType: "TypeError",
        trace: expect.arrayContaining([expect.stringContaining("worker.ts:3:")]),
      });
      expect(await invoke("--invocation-type", "Event")).toEqual({ StatusCode: 202 });
      await expect(aws("lambda", "invoke", "--function-name", "nobody", file)).rejects.toMatchObject({
        stderr: expect.stringContaining("(ResourceNotFoundException) when calling the Invoke operation"),
      });
    },
    LIMIT_MS,
  );

  test(
    "looks at functions and mappings, and enables a mapping",
    async () => {
      expect(await awsJson("lambda", "list-functions")).toMatchObject({
        Functions: [{ FunctionName: "test-worker", Runtime: "nodejs24.x", Timeout: 3, MemorySize: 128 }],
      });
      const list = ["lambda", "list-event-source-mappings", "--function-name", "test-worker", "--output", "text"];
      const listed = await aws(...list, "--query", "EventSourceMappings[].[UUID, State]");
      const [uuid = "", state] = listed.trim().split(/\s+/);
      expect(state).toBe("Disabled");
      expect(await awsJson("lambda", "update-event-source-mapping", "--uuid", uuid, "--enabled")).toMatchObject({
        State: "Enabling",
        EventSourceArn: QUEUE_ARN,
      });
      expect(await awsJson("lambda", "get-event-source-mapping", "--uuid", uuid)).toMatchObject({ State: "Enabled" });
    },
    LIMIT_MS,
  );

  test(
    "reads the logs of a function: its group, its streams, and its lines through a filter",
    async () => {
      await aws("lambda", "invoke", "--function-name", "test-worker", join(folder, "answer.json"));
      expect(await awsJson("logs", "describe-log-groups")).toMatchObject({
        logGroups: [{ logGroupName: "/aws/lambda/test-worker" }],
      });
      const group = ["--log-group-name", "/aws/lambda/test-worker"];
      const { logStreams: streams }: { logStreams: { logStreamName: string }[] } = JSON.parse(
        await aws("logs", "describe-log-streams", ...group, "--output", "json"),
      );
      const [environment = ""] = streams.map((each) => each.logStreamName).filter((name) => name.includes("[$LATEST]"));
      const stream = ["--log-stream-name", environment, "--start-from-head"];
      expect(await aws("logs", "get-log-events", ...group, ...stream, "--output", "text")).toMatch(/START RequestId/);
      const filter = ["--filter-pattern", "hello", "--query", "events[].message", "--output", "text"];
      expect(await aws("logs", "filter-log-events", ...group, ...filter)).toMatch(/INFO\s+hello/);
      await expect(aws("logs", "create-log-group", "--log-group-name", "x")).rejects.toMatchObject({
        stderr: expect.stringContaining("(UnknownOperationException)"),
      });
    },
    2 * LIMIT_MS,
  );

  // The protocols: query, EC2's own, REST with XML, JSON 1.1, REST with JSON, and whichever the CLI speaks with CloudWatch.
  test.each([
    ["iam", "list-roles", "no iam (ListRoles)"],
    ["cloudformation", "list-stacks", "no cloudformation (ListStacks)"],
    ["ec2", "describe-instances", "no ec2 (DescribeInstances)"],
    ["cloudfront", "list-distributions", "no cloudfront"],
    ["kinesis", "list-streams", "no kinesis (ListStreams)"],
    ["apigatewayv2", "get-apis", "no apigateway"],
    ["cloudwatch", "list-metrics", "no monitoring"],
  ])(
    "is told that the local cloud has no such service, in the words of its protocol: %s",
    async (service, action, said) => {
      await expect(aws(service, action)).rejects.toMatchObject({
        stderr: expect.stringMatching(
          new RegExp(String.raw`\(UnknownService\).*${said.replace(/[()]/g, String.raw`\$&`)}`),
        ),
      });
    },
    LIMIT_MS,
  );

  test.each([
    ["ListSchedules", ["list-schedules"]],
    ["GetSchedule", ["get-schedule", "--name", "nightly"]],
    [
      "CreateSchedule",
      [
        "create-schedule",
        "--name=nightly",
        "--schedule-expression=rate(1 day)",
        "--flexible-time-window=Mode=OFF",
        "--target=Arn=arn:aws:sqs:eu-central-2:000000000000:q,RoleArn=arn:aws:iam::000000000000:role/r",
      ],
    ],
  ])(
    "is told that schedules come from the graph: %s",
    async (operation, action) => {
      await expect(aws("scheduler", ...action)).rejects.toMatchObject({
        stderr: expect.stringMatching(
          new RegExp(String.raw`\(UnknownOperationException\) when calling the ${operation} operation.*${operation}`),
        ),
      });
    },
    LIMIT_MS,
  );

  test(
    "is told that a service that is there has no such action",
    async () => {
      const role = ["--role-arn", "arn:aws:iam::000000000000:role/any", "--role-session-name", "any"];
      await expect(aws("sts", "assume-role", ...role)).rejects.toMatchObject({
        stderr: expect.stringContaining("(InvalidAction) when calling the AssumeRole operation"),
      });
    },
    LIMIT_MS,
  );

  test(
    "learns who it is",
    async () => {
      expect(await awsJson("sts", "get-caller-identity")).toMatchObject({ Account: "000000000000" });
    },
    LIMIT_MS,
  );
});
