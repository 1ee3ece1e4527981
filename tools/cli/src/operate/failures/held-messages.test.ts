import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { projectRoot } from "../../project.ts";
import { heldMessages, hiddenMessages } from "./held-messages.ts";

let cloud: LocalCloud;
let sqs: SQSClient;
let queueUrl: string;

beforeAll(async () => {
  const queue = {
    type: "aws:sqs/queue:Queue",
    name: "OrdersDlqQueue",
    component: { name: "OrdersDlq" },
    inputs: { name: "dlq" },
  };
  cloud = await startLocalCloud({
    root: projectRoot(),
    graph: { digest: "", sst: "", app: "doorbell", stage: "test", region: "eu-central-2", resources: [queue] },
  });
  queueUrl = cloud.environment["ORDERS_DLQ_URL"] ?? "";
  sqs = new SQSClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: {
      accessKeyId: cloud.environment["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: cloud.environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  });
});

afterAll(async () => {
  sqs.destroy();
  await cloud.stop();
});

beforeEach(async () => {
  for await (const held of heldMessages(sqs, queueUrl)) await held.remove();
  for (const from of [0, 10, 20])
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: `body ${from + index}` })),
      }),
    );
});

async function visible(): Promise<number> {
  const name = "ApproximateNumberOfMessages";
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [name] }));
  return Number(Attributes?.[name]);
}

describe("a look at a queue", () => {
  it("sees every message once, hides it meanwhile, and gives all back", async () => {
    const bodies = new Set<string>();
    let seen = 0;
    for await (const { message } of heldMessages(sqs, queueUrl)) {
      seen += 1;
      bodies.add(message.Body ?? "");
    }
    expect(seen).toBe(30);
    expect(bodies).toEqual(new Set(Array.from({ length: 30 }, (_, index) => `body ${index}`)));
    expect(await visible()).toBe(30);
    expect(await hiddenMessages(sqs, queueUrl)).toBe(0);
  });

  it("gives back what it saw when it is broken off", async () => {
    for await (const { id } of heldMessages(sqs, queueUrl)) {
      expect(id).not.toBe("");
      expect(await hiddenMessages(sqs, queueUrl)).toBe(10);
      break;
    }
    expect(await visible()).toBe(30);
  });

  it("takes out what it is told to, and nothing else", async () => {
    let removed = 0;
    for await (const held of heldMessages(sqs, queueUrl)) {
      if (held.message.Body?.endsWith("7")) {
        await held.remove();
        removed += 1;
      }
    }
    expect(removed).toBe(3);
    expect(await visible()).toBe(27);
  });

  it("says how many others hold", async () => {
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 4, VisibilityTimeout: 1 }));
    const hidden = await hiddenMessages(sqs, queueUrl);
    expect(hidden).toBe(4);
  });
});
