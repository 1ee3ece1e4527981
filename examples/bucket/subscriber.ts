import type { S3Event } from "aws-lambda";

export const handler = async ({ Records }: S3Event) => {
  for (const { s3 } of Records) console.log(`uploaded ${s3.object.key}, ${s3.object.size} bytes`);
};
