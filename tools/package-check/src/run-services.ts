// Runs the bundled handlers of the READMEs in a local cloud, on the Node that runs this file: `node run-services.ts FOLDER`.
import { deepStrictEqual as equal, ok } from "node:assert";
import { DynamoDBClient, PutItemCommand, QueryCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { sampleSqsRecord } from "@doorbell/aws-events/testing";
import { sampleOrderCancelled, sampleOrderPlaced } from "@doorbell/event-contracts/testing";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { servicesGraph } from "./services-graph.ts";

const IDLE_WITHIN_MS = 60_000;

const [folder = ""] = process.argv.slice(2);
const cloud = await startLocalCloud({ root: folder, graph: servicesGraph(process.versions.node.split(".")[0] ?? "") });
try {
  const checks = await runAll(cloud);
  process.stdout.write(`Node ${process.version}: ${checks.join(", ")}\n`);
} finally {
  await cloud.stop();
}

async function runAll({ endpoint, region, environment }: LocalCloud): Promise<readonly string[]> {
  const credentials = {
    accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
  const config = { endpoint, region, credentials };
  const [sqs, s3] = [new SQSClient(config), new S3Client({ ...config, forcePathStyle: true })];
  const dynamodb = new DynamoDBClient(config);
  try {
    await sendsReminder(sqs);
    await parsesQueueEvents();
    await sumsOrders();
    await logsWithoutNames();
    await sendsOneMail(sqs);
    await keepsNotes(sqs, s3);
    await auditsDocuments(dynamodb);
  } finally {
    for (const client of [sqs, s3, dynamodb]) client.destroy();
  }
  return ["aws-client", "aws-events", "event-contracts", "logger", "idempotency", "batch", "audit-trail"];
}

/** What a function answers; its error is thrown. */
async function answerOf(
  functionName: string,
  event: object,
): Promise<{ readonly answer: unknown; readonly log: string }> {
  const { payload, functionError, logTail } = await cloud.lambda.invoke(functionName, JSON.stringify(event));
  ok(functionError === undefined, `${functionName}: ${payload}`);
  const answer: unknown = JSON.parse(payload);
  return { answer, log: logTail };
}

async function sendsReminder(sqs: SQSClient): Promise<void> {
  const { answer } = await answerOf("aws-client", {});
  equal(answer, { sent: true });
  equal(await bodiesIn(sqs, "Reminders"), ["remember"]);
}

async function parsesQueueEvents(): Promise<void> {
  const good = sampleSqsRecord({ messageId: "good", body: "hello" });
  const { answer, log } = await answerOf("aws-events", {
    Records: [good, sampleSqsRecord({ messageId: "bad", body: 7 })],
  });
  equal(answer, { batchItemFailures: [{ itemIdentifier: "bad" }] });
  ok(log.includes("Records[1].body: expected string, received 7"), log);
}

async function sumsOrders(): Promise<void> {
  const placed = sampleOrderPlaced({ total: "1219.5375" });
  const events = [placed, placed, sampleOrderCancelled({ orderId: "ORDER-2" })];
  const Records = events.map((event) => sampleSqsRecord({ body: JSON.stringify(event) }));
  const { answer } = await answerOf("event-contracts", { Records });
  equal(answer, { orders: 2, total: "2439.075", cancelled: ["ORDER-2"] });
}

async function logsWithoutNames(): Promise<void> {
  const owner = { id: "o-1", name: "Ada Example" };
  const { answer, log } = await answerOf("logger", { id: "r-1", pages: 3, owner });
  equal(answer, { made: "r-1" });
  ok(log.includes('"owner":{"id":"o-1","name":"[redacted]"}') && !log.includes("Ada"), log);
  ok(log.includes('"Namespace":"Reports"') && log.includes('"Pages":3'), log);
}

async function sendsOneMail(sqs: SQSClient): Promise<void> {
  const event = { memberId: "m-1", language: "en" };
  const outcomes = [event, event, { ...event, language: "de" }].map((each) => () => answerOf("idempotency", each));
  const answers: unknown[] = [];
  for (const outcome of outcomes) answers.push((await outcome()).answer);
  equal(answers, [{ outcome: "applied" }, { outcome: "duplicate" }, { outcome: "conflict" }]);
  const mails = await bodiesIn(sqs, "Mails");
  equal(mails, [JSON.stringify(event)]);
}

async function keepsNotes(sqs: SQSClient, s3: S3Client): Promise<void> {
  for (const MessageBody of ["remember", " "]) {
    await sqs.send(new SendMessageCommand({ QueueUrl: cloud.environment["NOTES_QUEUE_URL"], MessageBody }));
  }
  await cloud.waitUntilIdle(IDLE_WITHIN_MS);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: "notes" }));
  equal(Contents.length, 1);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "notes", Key: Contents[0]?.Key }));
  equal(await Body?.transformToString(), "remember");
  equal(await bodiesIn(sqs, "NotesDlq"), [" "]);
}

async function auditsDocuments(dynamodb: DynamoDBClient): Promise<void> {
  for (const version of ["1", "2"]) {
    const Item = { id: { S: "d-1" }, version: { N: version }, title: { S: `draft ${version}` } };
    await dynamodb.send(new PutItemCommand({ TableName: "Documents", Item }));
  }
  await cloud.waitUntilIdle(IDLE_WITHIN_MS);
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: "Audit",
      KeyConditionExpression: "documentId = :id",
      ExpressionAttributeValues: { ":id": { S: "d-1" } },
    }),
  );
  const [first, second] = Items;
  equal(Items.length, 2);
  ok(first?.["after"]?.S !== undefined && first["after"].S === second?.["before"]?.S, "the chain does not hold");
  equal((await dynamodb.send(new ScanCommand({ TableName: "Audit" }))).Count, 2);
}

/** All messages of a queue, which has few. */
async function bodiesIn(sqs: SQSClient, name: string): Promise<readonly (string | undefined)[]> {
  const QueueUrl = `${cloud.endpoint}/000000000000/${name}`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => Body);
}
