import type { SQSEvent } from "aws-lambda";
import { Resource } from "sst";

export const handler = async ({ Records }: SQSEvent) => {
  for (const { messageId, body } of Records) {
    console.log(`received ${body} as ${messageId}, with a token of ${Resource.Token.value.length} characters`);
    if (body === "bad") throw new Error("cannot be handled");
  }
};
