/** A message attribute as SQS hands it out; a binary value is base64. */
export interface MessageAttribute {
  readonly dataType: string;
  readonly stringValue?: string;
  readonly binaryValue?: string;
}

/** A message as `ReceiveMessage` gives it, with all system attributes (`ApproximateReceiveCount`, `SentTimestamp`, …). */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** Only where there are message attributes. */
  readonly md5OfMessageAttributes?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, MessageAttribute>>;
}

/** What a sender gives; text and numbers stand for attributes of type `String` and `Number`. */
export type SentAttributes = Readonly<Record<string, string | number | MessageAttribute>>;

/** Attributes in the form in which they are received. */
export function asMessageAttributes(attributes: SentAttributes = {}): Record<string, MessageAttribute> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      if (typeof value === "object") return [name, value];
      return [name, { dataType: typeof value === "number" ? "Number" : "String", stringValue: String(value) }];
    }),
  );
}

/** Approximate numbers of messages, exact here. */
export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** The queues of the local cloud, in process. Every call names a queue by its ARN and throws {@link UnknownQueue} for another. */
export interface Queues {
  /**
   * Receives at once up to `max` messages and hides them for `visibilityMs`. A message received as often as the redrive
   * policy allows moves to the dead-letter queue instead (Amazon SQS dead-letter queues).
   */
  receive(queueArn: string, max: number, options: { readonly visibilityMs: number }): ReceivedMessage[];
  /** Returns when a message may be there, after `timeoutMs`, or on abort; never rejects. */
  waitForMessage(queueArn: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Deletes received messages; a handle that is no longer known is passed over. */
  delete(queueArn: string, receiptHandles: readonly string[]): void;
  /**
   * Makes received messages visible at once and does not count that receive, as if they had never been taken; handles that are no
   * longer known are passed over. For messages that reached no function.
   */
  giveBack(queueArn: string, receiptHandles: readonly string[]): void;
  /**
   * Sends a message. `groupId` is the message group, of a standard queue too (Amazon SQS fair queues). A FIFO queue takes equal bodies
   * once in five minutes.
   */
  send(
    queueArn: string,
    message: { readonly body: string; readonly attributes?: SentAttributes; readonly groupId?: string | undefined },
  ): void;
  depth(queueArn: string): QueueDepth;
  /** When the oldest message that is there was sent, in flight or not; milliseconds since 1970. Undefined where there is none. */
  oldestSentAt(queueArn: string): number | undefined;
}

/** FIFO queues, and they alone, have names that end in `.fifo` (AWS: CreateQueue). */
export const isFifoQueue = (arnOrName: string): boolean => arnOrName.endsWith(".fifo");

/** No queue of the local cloud has this ARN. */
export class UnknownQueue extends Error {
  readonly code = "UNKNOWN_QUEUE";
  readonly queueArn: string;
  constructor(queueArn: string) {
    super(`There is no queue ${queueArn} in the local cloud.`);
    this.name = "UnknownQueue";
    this.queueArn = queueArn;
  }
}
