import type { SQSEvent } from "aws-lambda";

export const handler = async ({ Records }: SQSEvent) => {
  for (const { body } of Records) console.log(`step ${body}`);
};
