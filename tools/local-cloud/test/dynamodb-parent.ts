/** A parent for the test that kills one: starts DynamoDB Local, says where, and stays. */
import { startDynamoDbLocal } from "../src/emulators/dynamodb-local.ts";

const { url } = await startDynamoDbLocal();
process.stdout.write(`${url}\n`);
