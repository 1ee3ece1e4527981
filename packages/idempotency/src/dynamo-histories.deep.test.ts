import { historiesOnDynamoDb } from "../test/dynamo-histories.ts";
import { LONG_HISTORIES_ON_DYNAMODB } from "../test/histories.ts";

historiesOnDynamoDb(LONG_HISTORIES_ON_DYNAMODB, 900_000);
