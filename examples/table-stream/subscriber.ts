import type { DynamoDBStreamEvent } from "aws-lambda";

export const handler = async ({ Records }: DynamoDBStreamEvent) => {
  for (const { eventName, dynamodb } of Records) console.log(`saw ${eventName} of ${dynamodb?.Keys?.["id"]?.S}`);
};
