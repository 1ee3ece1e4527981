import type { S3Event, SNSEvent } from "aws-lambda";

export const handler = async ({ Records }: SNSEvent) => {
  for (const { Sns } of Records) {
    // S3 tells a topic once that it may publish to it, with no records.
    const { Records: objects = [] }: Partial<S3Event> = JSON.parse(Sns.Message);
    for (const { s3, eventName } of objects) console.log(`${eventName} of ${s3.object.key}`);
  }
};
