import { createServer } from "node:http";
import { once } from "node:events";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterEach, expect, test } from "vitest";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "../local-region.ts";
import { failed, throttled, type ErrorAnswer } from "./error-answer.ts";

const server = createServer();
afterEach(() => server.removeAllListeners("request").close());

test.each([
  ["SNS", "throttled", throttled("sns"), "ThrottledException", 429],
  ["SNS", "failed", failed("sns"), "InternalErrorException", 500],
  ["EventBridge", "throttled", throttled("events"), "ThrottlingException", 400],
  ["EventBridge", "failed", failed("events"), "InternalException", 500],
])(
  "a call to %s that is %s is read by its SDK, which tries again",
  async (service, _how, answer: ErrorAnswer, name, status) => {
    let calls = 0;
    server.on("request", (request, response) => {
      calls += 1;
      request.resume();
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const options = {
      endpoint: `http://127.0.0.1:${port}`,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
      maxAttempts: 2,
    };
    const topics = new SNSClient(options);
    const events = new EventBridgeClient(options);
    const call =
      service === "SNS"
        ? topics.send(new PublishCommand({ TopicArn: "arn", Message: "hello" }))
        : events.send(new PutEventsCommand({ Entries: [{ Detail: "{}" }] }));
    await expect(call).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    expect(calls).toBe(2);
    topics.destroy();
    events.destroy();
  },
);
