import { answerJson, type Handler } from "./front-server.ts";

/** Answers for DynamoDB where the project has no table, so that none was started. */
export const refuseTables: Handler = (_request, response) =>
  answerJson(response, 400, {
    __type: "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
    message: "The project has no table, so the local cloud has started no DynamoDB.",
  });
