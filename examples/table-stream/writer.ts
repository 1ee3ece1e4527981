import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { Resource } from "sst";

const dynamodb = new DynamoDBClient();

export const handler = async ({ id, message }: { id: string; message: string }) => {
  const Item = { id: { S: id }, message: { S: message } };
  await dynamodb.send(new PutItemCommand({ TableName: Resource.MyTable.name, Item }));
};
