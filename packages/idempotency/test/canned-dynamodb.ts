import { once } from "node:events";
import { createServer } from "node:http";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** One answer of the service. */
export interface Answer {
  readonly status?: number;
  readonly body: object;
}

/** An endpoint that gives the answers it is told, for what no emulator can be brought to do: throttles and the like. */
export interface CannedDynamoDb {
  /** Tries each call once. */
  readonly client: DynamoDBClient;
  /** Tries each call as often. */
  clientThatTries(maxAttempts: number): DynamoDBClient;
  /** The answers of the calls to come; the last one stays. */
  answer(...answers: Answer[]): void;
  /** Bodies of the requests since the last `answer`. */
  readonly requests: unknown[];
  stop(): Promise<void>;
}

/** An error as DynamoDB answers it. */
export function failure(name: string, status = 400, more: object = {}): Answer {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name, ...more } };
}

export async function startCannedDynamoDb(): Promise<CannedDynamoDb> {
  let answers: Answer[] = [];
  const requests: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests.push(JSON.parse(Buffer.concat(chunks).toString()));
      const { status = 200, body } = (answers.length > 1 ? answers.shift() : answers[0]) ?? failure("Unexpected", 500);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const clients: DynamoDBClient[] = [];
  function clientThatTries(maxAttempts: number): DynamoDBClient {
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: "eu-central-2",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts,
    });
    clients.push(client);
    return client;
  }
  return {
    client: clientThatTries(1),
    clientThatTries,
    requests,
    answer(...next) {
      answers = next;
      requests.length = 0;
    },
    async stop() {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
