import { LOCAL_ACCOUNT, LOCAL_REGION } from "../src/local-region.ts";

/** A request that SQS refuses: the action, its input, and the code of the answer. */
export type SqsRefusal = readonly [what: string, action: string, input: object, code: string];

/** What the requests are about: a standard queue, a FIFO queue, and one with content-based deduplication. */
export const SQS_QUEUES = {
  orders: {},
  "orders.fifo": { FifoQueue: "true" },
  "content.fifo": { FifoQueue: "true", ContentBasedDeduplication: "true" },
} as const;

const url = (name: keyof typeof SQS_QUEUES) => `http://127.0.0.1/${LOCAL_ACCOUNT}/${name}`;
const ORDERS = url("orders");
const FIFO = url("orders.fifo");
const arn = (name: string) => `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
const redrive = (policy: object | string) => ({
  RedrivePolicy: typeof policy === "string" ? policy : JSON.stringify(policy),
});
const message = (input: object) => ({ QueueUrl: ORDERS, MessageBody: "hello", ...input });
const attribute = (name: string, value: object) => message({ MessageAttributes: { [name]: value } });
const text = { DataType: "String", StringValue: "x" };
const many = (count: number) => Array.from({ length: count }, (_, n) => n);
const set = (attributes: object, queue = ORDERS) => ({ QueueUrl: queue, Attributes: attributes });
const create = (name: string, attributes: object = {}) => ({ QueueName: name, Attributes: attributes });
const entries = (list: object[], queue = ORDERS) => ({ QueueUrl: queue, Entries: list });
const batch = (...ids: unknown[]) => entries(ids.map((Id) => ({ Id, MessageBody: "hello" })));
const HANDLE = "0a1b2c3d-0000-4000-8000-000000000000";

/** AWS: CreateQueue, SetQueueAttributes, GetQueueAttributes, TagQueue. */
const ofQueues: readonly SqsRefusal[] = [
  ["a name that is too long", "CreateQueue", create("x".repeat(81)), "InvalidParameterValue"],
  ["a name with a character that is not allowed", "CreateQueue", create("orders/2"), "InvalidParameterValue"],
  ["an empty name", "CreateQueue", create(""), "MissingParameter"],
  ["no name", "CreateQueue", {}, "MissingParameter"],
  ["a FIFO name for a standard queue", "CreateQueue", create("new.fifo"), "InvalidParameterValue"],
  ["a FIFO queue without the suffix", "CreateQueue", create("new", { FifoQueue: "true" }), "InvalidParameterValue"],
  ["a FIFO queue that is none", "CreateQueue", create("new", { FifoQueue: "false" }), "InvalidAttributeName"],
  ["an unknown attribute", "CreateQueue", create("new", { Colour: "red" }), "InvalidAttributeName"],
  ["other attributes than it has", "CreateQueue", create("orders", { DelaySeconds: "5" }), "QueueNameExists"],
  ["a tag of AWS's own", "CreateQueue", { ...create("new"), tags: { "aws:x": "1" } }, "InvalidParameterValue"],
  [
    "a tag key that is too long",
    "TagQueue",
    { QueueUrl: ORDERS, Tags: { ["k".repeat(129)]: "1" } },
    "InvalidParameterValue",
  ],
  [
    "a tag value that is too long",
    "TagQueue",
    { QueueUrl: ORDERS, Tags: { k: "v".repeat(257) } },
    "InvalidParameterValue",
  ],
  [
    "51 tags",
    "TagQueue",
    { QueueUrl: ORDERS, Tags: Object.fromEntries(many(51).map((n) => [`k${n}`, ""])) },
    "InvalidParameterValue",
  ],
  ["no tags", "TagQueue", { QueueUrl: ORDERS }, "MissingParameter"],
  ["no tag keys", "UntagQueue", { QueueUrl: ORDERS }, "MissingParameter"],
  ["no queue", "SetQueueAttributes", {}, "MissingParameter"],
  ["a queue that does not exist", "GetQueueAttributes", { QueueUrl: `${ORDERS}-2` }, "QueueDoesNotExist"],
  ["a queue that does not exist", "PurgeQueue", { QueueUrl: `${ORDERS}-2` }, "QueueDoesNotExist"],
  ["a queue that does not exist", "GetQueueUrl", { QueueName: "nobody" }, "QueueDoesNotExist"],
  ["an unknown attribute", "SetQueueAttributes", set({ Colour: "red" }), "InvalidAttributeName"],
  [
    "an unknown attribute",
    "GetQueueAttributes",
    { QueueUrl: ORDERS, AttributeNames: ["Colour"] },
    "InvalidAttributeName",
  ],
  ["a read-only attribute", "SetQueueAttributes", set({ QueueArn: "x" }), "InvalidAttributeName"],
  [
    "a FIFO queue's attribute",
    "SetQueueAttributes",
    set({ ContentBasedDeduplication: "true" }),
    "InvalidAttributeName",
  ],
  [
    "a boolean that is none",
    "SetQueueAttributes",
    set({ ContentBasedDeduplication: "yes" }, FIFO),
    "InvalidAttributeValue",
  ],
  ["another kind of queue", "SetQueueAttributes", set({ FifoQueue: "false" }, FIFO), "InvalidAttributeValue"],
  ["an unknown scope", "SetQueueAttributes", set({ DeduplicationScope: "account" }, FIFO), "InvalidAttributeValue"],
  [
    "a limit per group without its scope",
    "SetQueueAttributes",
    set({ FifoThroughputLimit: "perMessageGroupId" }, FIFO),
    "InvalidParameterValue",
  ],
  ["a policy that is no JSON", "SetQueueAttributes", set({ Policy: "everybody" }), "InvalidAttributeValue"],
  ...[
    ["VisibilityTimeout", "43201"],
    ["VisibilityTimeout", "-1"],
    ["VisibilityTimeout", ""],
    ["VisibilityTimeout", "3.5"],
    ["DelaySeconds", "901"],
    ["MaximumMessageSize", "1023"],
    ["MaximumMessageSize", "1048577"],
    ["MessageRetentionPeriod", "59"],
    ["MessageRetentionPeriod", "1209601"],
    ["ReceiveMessageWaitTimeSeconds", "21"],
    ["KmsDataKeyReusePeriodSeconds", "59"],
  ].map(([name = "", value]): SqsRefusal => [
    `${name} ${value}`,
    "SetQueueAttributes",
    set({ [name]: value }),
    "InvalidAttributeValue",
  ]),
  ...(
    [
      ["that is no JSON", "orders-dlq"],
      ["without a target", { maxReceiveCount: 1 }],
      ["without a count", { deadLetterTargetArn: arn("orders") }],
      ["with a count of 0", { deadLetterTargetArn: arn("orders"), maxReceiveCount: 0 }],
      ["with a count of 1,001", { deadLetterTargetArn: arn("orders"), maxReceiveCount: "1001" }],
      ["with a target that is no ARN", { deadLetterTargetArn: "dummy", maxReceiveCount: 42 }],
      ["with a target that does not exist", { deadLetterTargetArn: arn("nobody"), maxReceiveCount: 1 }],
      ["with a FIFO queue as a target", { deadLetterTargetArn: arn("orders.fifo"), maxReceiveCount: 1 }],
    ] as const
  ).map(([what, policy]): SqsRefusal => [
    `a redrive policy ${what}`,
    "SetQueueAttributes",
    set(redrive(policy)),
    "InvalidParameterValue",
  ]),
  [
    "a redrive allow policy of an unknown kind",
    "SetQueueAttributes",
    set({ RedriveAllowPolicy: '{"redrivePermission":"some"}' }),
    "InvalidParameterValue",
  ],
  [
    "a redrive allow policy by queue without queues",
    "SetQueueAttributes",
    set({ RedriveAllowPolicy: '{"redrivePermission":"byQueue"}' }),
    "InvalidParameterValue",
  ],
  ["1,001 queues of a list", "ListQueues", { MaxResults: 1_001 }, "InvalidParameterValue"],
];

/** AWS: SendMessage, SendMessageBatch, and "Amazon SQS message metadata". */
const ofSending: readonly SqsRefusal[] = [
  ["no body", "SendMessage", { QueueUrl: ORDERS }, "MissingParameter"],
  ["an empty body", "SendMessage", message({ MessageBody: "" }), "MissingParameter"],
  [
    "a body with a character that is not allowed",
    "SendMessage",
    message({ MessageBody: "a\u0000b" }),
    "InvalidMessageContents",
  ],
  ["a body that is too long", "SendMessage", message({ MessageBody: "x".repeat(1_048_577) }), "InvalidParameterValue"],
  ["a delay of 901 s", "SendMessage", message({ DelaySeconds: 901 }), "InvalidParameterValue"],
  ["a delay of −1 s", "SendMessage", message({ DelaySeconds: -1 }), "InvalidParameterValue"],
  [
    "a deduplication id on a standard queue",
    "SendMessage",
    message({ MessageDeduplicationId: "x" }),
    "InvalidParameterValue",
  ],
  ["a message group with a space", "SendMessage", message({ MessageGroupId: "a b" }), "InvalidParameterValue"],
  [
    "a message group that is too long",
    "SendMessage",
    message({ MessageGroupId: "x".repeat(129) }),
    "InvalidParameterValue",
  ],
  [
    "no message group on a FIFO queue",
    "SendMessage",
    message({ QueueUrl: FIFO, MessageDeduplicationId: "x" }),
    "MissingParameter",
  ],
  [
    "no deduplication id on a FIFO queue",
    "SendMessage",
    message({ QueueUrl: FIFO, MessageGroupId: "a" }),
    "InvalidParameterValue",
  ],
  [
    "a delay on a FIFO queue",
    "SendMessage",
    message({ QueueUrl: FIFO, MessageGroupId: "a", MessageDeduplicationId: "x", DelaySeconds: 2 }),
    "InvalidParameterValue",
  ],
  [
    "eleven attributes",
    "SendMessage",
    message({ MessageAttributes: Object.fromEntries(many(11).map((n) => [`a${n}`, text])) }),
    "InvalidParameterValue",
  ],
  ...["", "a b", "ü", ".a", "a.", "a..b", "AWS.a", "amazon.a", "x".repeat(257)].map((name): SqsRefusal => [
    `an attribute named ${JSON.stringify(name.slice(0, 10))}`,
    "SendMessage",
    attribute(name, text),
    "InvalidParameterValue",
  ]),
  ...(
    [
      ["without a type", { StringValue: "x" }],
      ["of an unknown type", { DataType: "Boolean", StringValue: "true" }],
      ["of a type that begins like another", { DataType: "Stringly", StringValue: "x" }],
      ["without a value", { DataType: "String" }],
      ["with an empty string", { DataType: "String", StringValue: "" }],
      ["with empty bytes", { DataType: "Binary", BinaryValue: "" }],
      ["of text with bytes", { DataType: "String", BinaryValue: "eA==" }],
      ["of bytes with text", { DataType: "Binary", StringValue: "x" }],
      ["of a number that is none", { DataType: "Number", StringValue: "one" }],
      ["with a character that is not allowed", { DataType: "String", StringValue: "a\u0001" }],
      ["with a list", { DataType: "String", StringListValues: ["x"] }],
    ] as const
  ).map(([what, value]): SqsRefusal => [
    `an attribute ${what}`,
    "SendMessage",
    attribute("a", value),
    "InvalidParameterValue",
  ]),
  [
    "an unknown system attribute",
    "SendMessage",
    message({ MessageSystemAttributes: { Mine: text } }),
    "InvalidParameterValue",
  ],
  [
    "a trace header, which is not built",
    "SendMessage",
    message({ MessageSystemAttributes: { AWSTraceHeader: text } }),
    "InvalidParameterValue",
  ],
  ["an empty batch", "SendMessageBatch", entries([]), "EmptyBatchRequest"],
  ["no batch", "SendMessageBatch", { QueueUrl: ORDERS }, "EmptyBatchRequest"],
  ["eleven entries", "SendMessageBatch", batch(...many(11).map(String)), "TooManyEntriesInBatchRequest"],
  ["two entries of one id", "SendMessageBatch", batch("a", "a"), "BatchEntryIdsNotDistinct"],
  ...["", "a b", "invalid:id", "x".repeat(81), undefined].map((id): SqsRefusal => [
    `an entry id ${JSON.stringify(id?.slice(0, 10))}`,
    "SendMessageBatch",
    batch(id),
    "InvalidBatchEntryId",
  ]),
  ["an entry without a body", "SendMessageBatch", entries([{ Id: "a" }]), "MissingParameter"],
  [
    "a batch over 1 MiB",
    "SendMessageBatch",
    entries(many(2).map((n) => ({ Id: `${n}`, MessageBody: "x".repeat(600_000) }))),
    "BatchRequestTooLong",
  ],
  [
    "an entry without a group on a FIFO queue (recorded)",
    "SendMessageBatch",
    entries([{ Id: "a", MessageBody: "x", MessageDeduplicationId: "x" }], FIFO),
    "InvalidParameterValue",
  ],
  [
    "an entry without a deduplication id on a FIFO queue (recorded)",
    "SendMessageBatch",
    entries([{ Id: "a", MessageBody: "x", MessageGroupId: "a" }], FIFO),
    "InvalidParameterValue",
  ],
];

/** AWS: ReceiveMessage, DeleteMessage, ChangeMessageVisibility and their batches. */
const ofReceiving: readonly SqsRefusal[] = [
  ["0 messages", "ReceiveMessage", { QueueUrl: ORDERS, MaxNumberOfMessages: 0 }, "InvalidParameterValue"],
  ["11 messages", "ReceiveMessage", { QueueUrl: ORDERS, MaxNumberOfMessages: 11 }, "InvalidParameterValue"],
  [
    "a visibility of 43,201 s",
    "ReceiveMessage",
    { QueueUrl: ORDERS, VisibilityTimeout: 43_201 },
    "InvalidParameterValue",
  ],
  ["a wait of 21 s", "ReceiveMessage", { QueueUrl: ORDERS, WaitTimeSeconds: 21 }, "InvalidParameterValue"],
  [
    "an unknown system attribute",
    "ReceiveMessage",
    { QueueUrl: ORDERS, AttributeNames: ["Colour"] },
    "InvalidAttributeName",
  ],
  [
    "an attempt id on a standard queue",
    "ReceiveMessage",
    { QueueUrl: ORDERS, ReceiveRequestAttemptId: "x" },
    "InvalidParameterValue",
  ],
  ["no receipt handle", "DeleteMessage", { QueueUrl: ORDERS }, "MissingParameter"],
  [
    "a receipt handle that is none",
    "DeleteMessage",
    { QueueUrl: ORDERS, ReceiptHandle: "garbage" },
    "ReceiptHandleIsInvalid",
  ],
  [
    "a receipt handle that is none",
    "ChangeMessageVisibility",
    { QueueUrl: ORDERS, ReceiptHandle: "garbage", VisibilityTimeout: 0 },
    "ReceiptHandleIsInvalid",
  ],
  [
    "a message that is not in flight",
    "ChangeMessageVisibility",
    { QueueUrl: ORDERS, ReceiptHandle: HANDLE, VisibilityTimeout: 0 },
    "MessageNotInflight",
  ],
  ["no visibility timeout", "ChangeMessageVisibility", { QueueUrl: ORDERS, ReceiptHandle: HANDLE }, "MissingParameter"],
  [
    "a visibility of 43,201 s",
    "ChangeMessageVisibility",
    { QueueUrl: ORDERS, ReceiptHandle: HANDLE, VisibilityTimeout: 43_201 },
    "InvalidParameterValue",
  ],
  ["an empty batch", "DeleteMessageBatch", entries([]), "EmptyBatchRequest"],
  [
    "twenty entries (recorded)",
    "DeleteMessageBatch",
    entries(many(20).map((n) => ({ Id: `${n}`, ReceiptHandle: HANDLE }))),
    "TooManyEntriesInBatchRequest",
  ],
  [
    "an entry id that is none (recorded)",
    "DeleteMessageBatch",
    entries([{ Id: "invalid:id", ReceiptHandle: HANDLE }]),
    "InvalidBatchEntryId",
  ],
  [
    "twenty entries (recorded)",
    "ChangeMessageVisibilityBatch",
    entries(many(20).map((n) => ({ Id: `${n}`, ReceiptHandle: HANDLE, VisibilityTimeout: 0 }))),
    "TooManyEntriesInBatchRequest",
  ],
  ["an action that is not built", "StartMessageMoveTask", { SourceArn: arn("orders") }, "UnsupportedOperation"],
];

export const SQS_REFUSALS: readonly SqsRefusal[] = [...ofQueues, ...ofSending, ...ofReceiving];
