import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { Resource } from "sst";

const sqs = new SQSClient();

export const handler = async ({ text }: { text: string }) => {
  await sqs.send(new SendMessageCommand({ QueueUrl: Resource.MyQueue.url, MessageBody: text }));
};
