import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { Resource } from "sst";

const client = new SQSClient();

export const handler = async ({ text }: { text: string }) => {
  await client.send(new SendMessageCommand({ QueueUrl: Resource.MyQueue.url, MessageBody: text }));
  return "sent";
};
