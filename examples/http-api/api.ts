import type { APIGatewayProxyEventV2 } from "aws-lambda";

export const get = async ({ pathParameters }: APIGatewayProxyEventV2) => ({ id: pathParameters?.["id"] });

export const post = async ({ body }: APIGatewayProxyEventV2) => ({ statusCode: 201, body });
