import type { S3Event, SQSEvent } from "aws-lambda";

export const handler = async ({ Records }: SQSEvent) => {
  for (const { body } of Records) {
    // S3 tells a queue once that it may send to it, with no records.
    const { Records: objects = [] }: Partial<S3Event> = JSON.parse(body);
    for (const { s3 } of objects) console.log(`uploaded ${s3.object.key}, ${s3.object.size} bytes`);
  }
};
