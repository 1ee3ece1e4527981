import type { SqsQueue, SqsStore } from "fauxqs";
import { checkFifo, checkMessage } from "./message-check.ts";
import { checkAttributeNames, checkAttributes, checkQueueName, checkTags } from "./queue-attributes.ts";
import { parseRequest, required, type SqsAction, type SqsRequest } from "./requests.ts";
import { SqsError, invalidParameter, invalidValue, missingParameter } from "./sqs-error.ts";

/** An entry of a batch that fails by itself; the others go on. */
export interface FailedEntry {
  readonly Id: string;
  readonly SenderFault: true;
  readonly Code: string;
  readonly Message: string;
}

type Check<Action extends SqsAction> = (request: SqsRequest<Action>, store: SqsStore) => FailedEntry[] | void;

/** What fauxqs hands out; SQS's own handles are longer, and no less opaque. */
const RECEIPT_HANDLE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SYSTEM_ATTRIBUTES = new Set([
  "All",
  "ApproximateFirstReceiveTimestamp",
  "ApproximateReceiveCount",
  "AWSTraceHeader",
  "DeadLetterQueueSourceArn",
  "MessageDeduplicationId",
  "MessageGroupId",
  "SenderId",
  "SentTimestamp",
  "SequenceNumber",
]);
const LONGEST_VISIBILITY = 43_200;

/**
 * Checks a request as SQS does before the queue is touched (AWS: SQS API reference; sentences as recorded).
 * @returns the entries of a batch that fail by themselves
 * @throws SqsError
 */
export function checkRequest(action: SqsAction, body: unknown, store: SqsStore): FailedEntry[] {
  // oxlint-disable-next-line no-unnecessary-type-parameters -- it ties a check to the request of its own action
  const check = <Action extends SqsAction>(name: Action) => CHECKS[name](parseRequest(name, body), store);
  return check(action) ?? [];
}

const CHECKS: { readonly [Action in SqsAction]: Check<Action> } = {
  CreateQueue({ QueueName, Attributes, tags }, store) {
    const name = required("QueueName", QueueName);
    const attributes = Attributes ?? {};
    checkQueueName(name, attributes);
    checkAttributes(attributes, {
      fifo: attributes["FifoQueue"] === "true",
      attributes: {},
      isQueue: isQueueOf(store),
    });
    checkTags(tags ?? {});
  },
  SetQueueAttributes({ QueueUrl, Attributes }, store) {
    const queue = queueOf(QueueUrl, store);
    const changed = Attributes ?? {};
    const fifo = queue.isFifo();
    if (changed["FifoQueue"] !== undefined && fifo && changed["FifoQueue"] !== "true")
      throw new SqsError("InvalidAttributeValue", "Invalid value for the parameter FifoQueue.");
    checkAttributes(changed, { fifo, attributes: queue.attributes, isQueue: isQueueOf(store) });
  },
  GetQueueAttributes({ QueueUrl, AttributeNames }, store) {
    queueOf(QueueUrl, store);
    checkAttributeNames(AttributeNames ?? []);
  },
  GetQueueUrl({ QueueName }) {
    required("QueueName", QueueName);
  },
  ListQueues({ MaxResults: most }) {
    if (most != null && (most < 1 || most > 1_000))
      throw invalidValue("MaxResults", most, "Must be between 1 and 1000, if provided.");
  },
  DeleteQueue: ({ QueueUrl }, store) => void queueOf(QueueUrl, store),
  PurgeQueue: ({ QueueUrl }, store) => void queueOf(QueueUrl, store),
  ListQueueTags: ({ QueueUrl }, store) => void queueOf(QueueUrl, store),
  TagQueue({ QueueUrl, Tags }, store) {
    const { tags } = queueOf(QueueUrl, store);
    if (Tags == null) throw missingParameter("Tags");
    checkTags(Tags);
    checkTags({ ...Object.fromEntries(tags), ...Tags });
  },
  UntagQueue({ QueueUrl, TagKeys }, store) {
    queueOf(QueueUrl, store);
    if (TagKeys == null) throw missingParameter("TagKeys");
  },
  SendMessage(message, store) {
    const queue = queueOf(message.QueueUrl, store);
    required("MessageBody", message.MessageBody);
    checkMessage(message, queue.isFifo());
    if (queue.isFifo()) checkFifo(message, { contentBased: isContentBased(queue), inBatch: false });
  },
  SendMessageBatch({ QueueUrl, Entries }, store) {
    const queue = queueOf(QueueUrl, store);
    const entries = checkEntries(Entries, "SendMessage");
    for (const [index, { MessageBody }] of entries.entries())
      required(`SendMessageBatchRequestEntry.${index + 1}.MessageBody`, MessageBody);
    if (queue.isFifo())
      for (const entry of entries) checkFifo(entry, { contentBased: isContentBased(queue), inBatch: true });
    return failuresOf(entries, (entry) => checkMessage(entry, queue.isFifo()));
  },
  ReceiveMessage(request, store) {
    const queue = queueOf(request.QueueUrl, store);
    const { MaxNumberOfMessages: most, VisibilityTimeout: visibility, WaitTimeSeconds: wait } = request;
    if (most != null && (most < 1 || most > 10))
      throw invalidValue("MaxNumberOfMessages", most, "Must be between 1 and 10, if provided.");
    if (visibility != null) checkVisibility(visibility);
    if (wait != null && (wait < 0 || wait > 20))
      throw invalidValue("WaitTimeSeconds", wait, "Must be >= 0 and <= 20, if provided.");
    for (const name of [...(request.AttributeNames ?? []), ...(request.MessageSystemAttributeNames ?? [])])
      if (!SYSTEM_ATTRIBUTES.has(name)) throw new SqsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
    if (request.ReceiveRequestAttemptId != null)
      throw queue.isFifo()
        ? invalidParameter("ReceiveRequestAttemptId is not implemented by the local cloud.")
        : invalidValue(
            "ReceiveRequestAttemptId",
            request.ReceiveRequestAttemptId,
            "The request includes a parameter that is not valid for this queue type.",
          );
  },
  DeleteMessage: ({ QueueUrl, ReceiptHandle }, store) => checkDeletion(ReceiptHandle, queueOf(QueueUrl, store)),
  DeleteMessageBatch({ QueueUrl, Entries }, store) {
    const queue = queueOf(QueueUrl, store);
    const entries = checkEntries(Entries, "DeleteMessage");
    return failuresOf(entries, ({ ReceiptHandle }) => checkDeletion(ReceiptHandle, queue));
  },
  ChangeMessageVisibility(request, store) {
    queueOf(request.QueueUrl, store);
    checkChange(request);
  },
  ChangeMessageVisibilityBatch({ QueueUrl, Entries }, store) {
    queueOf(QueueUrl, store);
    return failuresOf(checkEntries(Entries, "ChangeMessageVisibility"), checkChange);
  },
};

const isQueueOf = (store: SqsStore) => (arn: string) => store.getQueueByArn(arn) !== undefined;
const isContentBased = ({ attributes }: SqsQueue) => attributes["ContentBasedDeduplication"] === "true";

function queueOf(url: string | null | undefined, store: SqsStore): SqsQueue {
  const queue = store.getQueue(required("QueueUrl", url));
  if (queue === undefined) throw new SqsError("QueueDoesNotExist", "The specified queue does not exist.");
  return queue;
}

function checkHandle(handle: string | null | undefined): string {
  const given = required("ReceiptHandle", handle);
  if (RECEIPT_HANDLE.test(given)) return given;
  throw new SqsError("ReceiptHandleIsInvalid", `The input receipt handle "${given}" is not a valid receipt handle.`);
}

/** A FIFO queue deletes nothing by a handle whose visibility timeout is over (recorded). */
function checkDeletion(handle: string | null | undefined, queue: SqsQueue): void {
  const given = checkHandle(handle);
  queue.processTimers();
  if (queue.isFifo() && queue.pastHandles.has(given))
    throw invalidValue("ReceiptHandle", given, "The receipt handle has expired.");
}

function checkVisibility(seconds: number): void {
  if (seconds < 0 || seconds > LONGEST_VISIBILITY)
    throw invalidValue("VisibilityTimeout", seconds, "Must be between 0 and 43200, if provided.");
}

function checkChange(request: {
  readonly ReceiptHandle?: string | null | undefined;
  readonly VisibilityTimeout?: number | null | undefined;
}): void {
  checkHandle(request.ReceiptHandle);
  if (request.VisibilityTimeout == null) throw missingParameter("VisibilityTimeout");
  checkVisibility(request.VisibilityTimeout);
}

/** One to ten, each with an id of its own (AWS: SendMessageBatch, DeleteMessageBatch, ChangeMessageVisibilityBatch). */
function checkEntries<Entry extends { readonly Id?: string | null | undefined }>(
  entries: readonly Entry[] | null | undefined,
  action: string,
): readonly (Entry & { readonly Id: string })[] {
  if (entries == null || entries.length === 0)
    throw new SqsError("EmptyBatchRequest", `There should be at least one ${action}BatchRequestEntry in the request.`);
  if (entries.length > 10)
    throw new SqsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  const seen = new Set<string>();
  return entries.map((entry) => {
    const id = entry.Id ?? "";
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(id))
      throw new SqsError(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      );
    if (seen.has(id)) throw new SqsError("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);
    seen.add(id);
    return { ...entry, Id: id };
  });
}

function failuresOf<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  check: (entry: Entry) => void,
): FailedEntry[] {
  return entries.flatMap((entry) => {
    try {
      check(entry);
      return [];
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      return [{ Id: entry.Id, SenderFault: true as const, Code: error.code, Message: error.message }];
    }
  });
}
