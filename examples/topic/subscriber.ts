import type { SNSEvent, SQSEvent } from "aws-lambda";

export const topic = async ({ Records }: SNSEvent) => {
  for (const { Sns } of Records) console.log(`told ${Sns.Message}`);
};

export const queue = async ({ Records }: SQSEvent) => {
  for (const { body } of Records) console.log(`queued ${JSON.parse(body).Message}`);
};
