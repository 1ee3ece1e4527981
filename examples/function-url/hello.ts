import type { LambdaFunctionURLEvent } from "aws-lambda";
import { Resource } from "sst";

export const handler = async ({ queryStringParameters }: LambdaFunctionURLEvent) => ({
  statusCode: 200,
  body: `hello ${queryStringParameters?.["name"]}`,
});

export const caller = async () => (await fetch(`${Resource.MyFunction.url}?name=Lambda`)).text();
