import type { Message } from "@aws-sdk/client-sqs";

/** What a rule of an event bus or a subscription of a topic could not deliver. */
export interface FailedDelivery {
  readonly what: string;
  readonly reason: string;
  readonly attempts?: number;
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * Reads a message that EventBridge or SNS put into a dead-letter queue; its body is what could not be delivered (AWS: "Using
 * dead-letter queues to process undelivered events", "Amazon SNS dead-letter queues"). Undefined for any other message.
 */
export function readFailedDelivery({ Body = "", MessageAttributes }: Message): FailedDelivery | undefined {
  const text = (name: string) => MessageAttributes?.[name]?.StringValue;
  const [rule, target, code] = [text("RULE_ARN"), text("TARGET_ARN"), text("ERROR_CODE")];
  if (rule !== undefined && target !== undefined) {
    const retries = Number(text("RETRY_ATTEMPTS"));
    return {
      what: "an event",
      reason: [code, text("ERROR_MESSAGE")].filter(Boolean).join(": "),
      ...(Number.isInteger(retries) && { attempts: retries + 1 }),
      facts: { rule: lastPart(rule), target: lastPart(target) },
    };
  }
  const topic = /"TopicArn"\s*:\s*"([^"]+)"/.exec(Body)?.[1];
  if (topic === undefined) return undefined;
  return { what: "a notification", reason: "its subscriber could not be reached", facts: { topic: lastPart(topic) } };
}

const lastPart = (arn: string): string => arn.split(/[:/]/).at(-1) ?? arn;
