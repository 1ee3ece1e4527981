import {
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { itemOf } from "@doorbell/idempotency/read-item";
import type { Store } from "@doorbell/idempotency/store";
import { decideOrder } from "@doorbell/order-queue/decide-order";
import * as v from "valibot";
import type { Failure, FailureSource, FoundFailure } from "./failure.ts";
import { type HeldMessage, heldMessages, hiddenMessages } from "./held-messages.ts";
import { parseJson } from "./parse-json.ts";

const PLACE = "orders DLQ";
const redrivePolicySchema = v.looseObject({ maxReceiveCount: v.pipe(v.unknown(), v.transform(Number), v.number()) });
const subjectSchema = v.looseObject({ subject: v.string() });

/** Messages of the orders DLQ. Sent back, the body goes to the orders queue untouched, without what parking added. */
export function orderFailures(options: {
  readonly sqs: SQSClient;
  readonly store: Pick<Store, "read">;
  readonly ordersQueueUrl: string;
  readonly ordersDlqUrl: string;
  readonly ordersTable: string;
}): FailureSource {
  const { sqs, store, ordersQueueUrl, ordersDlqUrl, ordersTable } = options;

  function found(held: HeldMessage, receives: number | undefined): FoundFailure {
    const { id, message } = held;
    const content = message.Body ?? "";
    return {
      failure: orderFailure(id, message, receives),
      content,
      deliveryId: deliveryIdOf(id, message),
      isDone: async () => {
        const event = parseBusinessEvent(content);
        if (!event.ok) return false;
        const [stored] = (await store.read([{ table: ordersTable, key: { id: event.value.subject } }])).map(itemOf);
        return isDuplicate(stored, event.value);
      },
      send: async () => {
        const MessageAttributes = ownAttributes(message);
        const { MessageId } = await sqs.send(
          new SendMessageCommand({ QueueUrl: ordersQueueUrl, MessageBody: content, MessageAttributes }),
        );
        return { kind: "sent", deliveryId: MessageId };
      },
      remove: () => held.remove(),
    };
  }

  return {
    place: PLACE,
    kinds: ["order-rejected", "order-exhausted"],
    hidden: () => hiddenMessages(sqs, ordersDlqUrl),
    async *failures() {
      const receives = await maxReceives(sqs, ordersQueueUrl);
      for await (const held of heldMessages(sqs, ordersDlqUrl)) yield found(held, receives);
    },
  };
}

/** What a message of the DLQ says of itself. */
export function orderFailure(id: string, message: Message, maxReceiveCount: number | undefined): Failure {
  const { MessageAttributes: parked, Attributes: system } = message;
  const text = (name: string) => parked?.[name]?.StringValue;
  const subject = v.safeParse(subjectSchema, parseJson(message.Body ?? ""));
  const common = {
    id,
    place: PLACE,
    what: subject.success ? `order ${subject.output.subject}` : "a message that names no order",
  };
  const reason = text("DoorbellReason");
  if (reason !== undefined && isParked(message)) {
    const parkedAt = text("DoorbellParkedAt");
    const firstAt = text("DoorbellSentAt") ?? parkedAt;
    const receiveCount = Number(text("DoorbellReceiveCount"));
    return {
      ...common,
      kind: "order-rejected",
      reason,
      ...(Number.isSafeInteger(receiveCount) && { attempts: receiveCount }),
      ...(firstAt !== undefined && { firstAt }),
      ...(parkedAt !== undefined && { lastAt: parkedAt }),
      facts: factsOf({ "message id": text("DoorbellMessageId"), service: text("DoorbellService") }),
    };
  }
  const sentAt = Number(system?.SentTimestamp ?? Number.NaN);
  const times = maxReceiveCount === undefined ? "as often as the queue allows" : `${maxReceiveCount} times`;
  return {
    ...common,
    kind: "order-exhausted",
    reason: `received ${times} and never handled; the log of order-queue says why`,
    ...(maxReceiveCount !== undefined && { attempts: maxReceiveCount }),
    // SQS keeps the first time of sending when it moves a message to the DLQ.
    ...(Number.isFinite(sentAt) && { firstAt: new Date(sentAt).toISOString() }),
    facts: factsOf({ "message id": id, service: "order-queue" }),
  };
}

/** The id that the message had in the orders queue. SQS keeps it where it moves the message itself; parking writes it down. */
export function deliveryIdOf(id: string, message: Message): string | undefined {
  return isParked(message) ? message.MessageAttributes?.["DoorbellMessageId"]?.StringValue : id;
}

/** SQS names the source where it moved the message itself: what parking wrote is then from an earlier round. */
function isParked({ MessageAttributes, Attributes }: Message): boolean {
  return MessageAttributes?.["DoorbellReason"] !== undefined && Attributes?.DeadLetterQueueSourceArn === undefined;
}

/** The sender's own attributes, as they can be sent again. */
export function ownAttributes(message: Message): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {})
      .filter(([name]) => !name.startsWith("Doorbell"))
      .map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        BinaryValue === undefined ? { DataType, StringValue } : { DataType, BinaryValue },
      ]),
  );
}

function isDuplicate(...order: Parameters<typeof decideOrder>): boolean {
  try {
    return decideOrder(...order).kind === "duplicate";
  } catch {
    return false; // What is stored is no order: the service says so when it meets it.
  }
}

async function maxReceives(sqs: SQSClient, queueUrl: string): Promise<number | undefined> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["RedrivePolicy"] }),
  );
  const policy = v.safeParse(redrivePolicySchema, parseJson(Attributes?.RedrivePolicy ?? ""));
  return policy.success ? policy.output.maxReceiveCount : undefined;
}

function factsOf(facts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
