import { historiesOnDynamoDb } from "../test/dynamo-histories.ts";
import { HISTORIES_ON_DYNAMODB, TIMEOUT_MS } from "../test/histories.ts";

historiesOnDynamoDb(HISTORIES_ON_DYNAMODB, TIMEOUT_MS);
