import type { SQSEvent } from "aws-lambda";

export const main = async ({ Records }: SQSEvent) => {
  for (const { body } of Records) {
    console.log(`trying ${body}`);
    if (body.startsWith("bad")) throw new Error(`cannot handle ${body}`);
  }
};

export const failed = async ({ Records }: SQSEvent) => {
  for (const { body } of Records) console.log(`gave up on ${body}`);
};
