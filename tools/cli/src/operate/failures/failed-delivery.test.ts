import { expect, it } from "vitest";
import { readFailedDelivery } from "./failed-delivery.ts";

const attribute = (StringValue: string) => ({ DataType: "String", StringValue });

it("says which rule could not reach which target, why, and how often it tried", () => {
  const message = {
    Body: "{}",
    MessageAttributes: {
      RULE_ARN: attribute("arn:aws:events:eu-central-2:000000000000:rule/shop/paid"),
      TARGET_ARN: attribute("arn:aws:sqs:eu-central-2:000000000000:jobs"),
      ERROR_CODE: attribute("NO_PERMISSIONS"),
      ERROR_MESSAGE: attribute("not allowed"),
      RETRY_ATTEMPTS: attribute("4"),
    },
  };
  expect(readFailedDelivery(message)).toEqual({
    what: "an event",
    reason: "NO_PERMISSIONS: not allowed",
    attempts: 5,
    facts: { rule: "paid", target: "jobs" },
  });
});

it("says which topic a notification is of, and takes no other message for one", () => {
  const Body = JSON.stringify({ Type: "Notification", TopicArn: "arn:aws:sns:eu-central-2:000000000000:alerts" });
  expect(readFailedDelivery({ Body })).toMatchObject({ what: "a notification", facts: { topic: "alerts" } });
  expect(readFailedDelivery({ Body: "{}" })).toBeUndefined();
});
