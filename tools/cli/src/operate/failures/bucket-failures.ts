import { hash } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { PARKED_PREFIX } from "@doorbell/batch/s3-parking";
import type { Environment } from "../../aws/environment.ts";
import { nameIn } from "../../aws/names.ts";
import { type BatchFailure, readBatchFailure } from "./batch-failure.ts";
import { eventFailure, type GivenUpEvent, readGivenUpEvent } from "./event-failure.ts";
import { type FailureSource, type FoundFailure, NotSendable, type Sent } from "./failure.ts";
import { type FailureHooks, kindsOf, placeWords } from "./failure-hooks.ts";
import type { FailurePlace } from "./failure-places.ts";
import { invokeLater, invokeNow } from "./invoke-again.ts";
import { serviceNamed } from "./service-named.ts";
import { unreadable } from "./unreadable.ts";

/** Where services park single records, and where Lambda writes what it gave up. */
const PREFIXES = [PARKED_PREFIX, "aws/lambda/"];
/** Objects read at a time; one holds up to 6 MB. */
const READS_AT_ONCE = 8;

/**
 * What lies in a bucket for failures. Sent back, stream records are a synchronous invocation of their function, whose answer is read,
 * and an event is an asynchronous one.
 */
export function bucketFailures(environment: Environment, place: FailurePlace, hooks: FailureHooks = {}): FailureSource {
  const { s3, lambda } = environment;
  const bucket = nameIn(environment, place.variable);
  const words = placeWords(place, hooks);
  const isDone = (content: string) => hooks.isDone?.(content) ?? Promise.resolve(false);
  const functionName = (service: string) => environment.functionName(service);
  const streamServices = place.batchesOf.map(({ service }) => service);

  async function sendBatch({ failure, service, event }: BatchFailure, object: StoredObject): Promise<Sent> {
    const stream = place.batchesOf.find((each) => each.service === service);
    if (event === undefined) throw new NotSendable("the object holds no stream records");
    if (stream === undefined) throw new NotSendable("the object names none of the functions whose records end here");
    const call = { ...stream, functionName: functionName(stream.service) };
    const refusal = await invokeNow(lambda, call, event);
    if (refusal !== undefined) return { kind: "failed-again", detail: refusal };
    // The service has parked what it rejected: a single record under this very key, which must stay.
    if (await object.isWrittenAgain())
      return { kind: "failed-again", detail: "rejected again; its reason now is in the object" };
    if (hooks.isDone === undefined || (await hooks.isDone(event))) return { kind: "handled" };
    return failure.kind === words.kind("record-rejected")
      ? { kind: "failed-again", detail: "rejected again; its reason now is in the object" }
      : { kind: "handled", detail: "some of its records were rejected one by one: see failures list" };
  }

  function foundBatch(batch: BatchFailure, object: StoredObject): FoundFailure {
    const { failure, event } = batch;
    return {
      failure,
      content: event ?? object.text,
      isDone: () => (event === undefined ? Promise.resolve(false) : isDone(event)),
      send: (edited = event) => sendBatch({ ...batch, ...(edited !== undefined && { event: edited }) }, object),
      remove: () => object.remove(),
    };
  }

  function foundEvent(id: string, event: GivenUpEvent, object: StoredObject): FoundFailure {
    const service = serviceNamed(place.eventsOf, event.functionArn, functionName);
    return {
      failure: eventFailure(id, event, words, service),
      content: event.content,
      deliveryId: event.requestId,
      isDone: () => isDone(event.content),
      send: async (edited = event.content) => {
        if (service === undefined) throw new NotSendable("the object names none of the functions that end here");
        return { kind: "sent", deliveryId: await invokeLater(lambda, functionName(service), edited) };
      },
      remove: () => object.remove(),
    };
  }

  async function read(key: string): Promise<FoundFailure | undefined> {
    const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch((error: unknown) => {
      if (error instanceof NoSuchKey) return undefined; // Removed since it was listed.
      throw error;
    });
    if (answer === undefined) return undefined;
    const object = await openObject(key, answer);
    const id = hash("sha256", key).slice(0, 32);
    const batch = readBatchFailure(object.text, {
      id,
      words,
      key,
      writtenAt: answer.LastModified?.toISOString(),
      serviceOf: (functionArn) => serviceNamed(streamServices, functionArn, functionName),
    });
    if (batch !== undefined) return foundBatch(batch, object);
    const event = place.eventsOf.length === 0 ? undefined : readGivenUpEvent(object.text);
    if (event !== undefined) return foundEvent(id, event, object);
    const kind = words.kind(key.startsWith(PARKED_PREFIX) ? "record-rejected" : "batch-exhausted");
    const known = { id, place: words.place, kind, what: "an unknown object", facts: { key } };
    const why = "the object is no record of a failure";
    return unreadable(known, { why, content: object.text, remove: () => object.remove() });
  }

  async function openObject(Key: string, { Body, ETag, LastModified }: GetObjectCommandOutput): Promise<StoredObject> {
    return {
      text: (await Body?.transformToString("utf8")) ?? "",
      isWrittenAgain: async () => {
        const now = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key })).catch((error: unknown) => {
          if (error instanceof NotFound) return undefined; // Somebody took it out meanwhile.
          throw error;
        });
        if (now === undefined) return false;
        return now.ETag !== ETag || now.LastModified?.getTime() !== LastModified?.getTime();
      },
      remove: async () => {
        await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      },
    };
  }

  return {
    place: words.place,
    kinds: kindsOf(place, words),
    ...(hooks.stories !== undefined && { stories: hooks.stories }),
    hidden: () => Promise.resolve(0),
    async *failures() {
      for (const Prefix of PREFIXES) {
        for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix })) {
          const keys = Contents.flatMap(({ Key }) => (Key === undefined || Key.endsWith("/") ? [] : [Key]));
          for (let from = 0; from < keys.length; from += READS_AT_ONCE) {
            const chunk = await Promise.all(keys.slice(from, from + READS_AT_ONCE).map(read));
            for (const found of chunk) if (found !== undefined) yield found;
          }
        }
      }
    },
  };
}

/** An object as it was when it was read. */
interface StoredObject {
  readonly text: string;
  /** Whether it was written since. */
  isWrittenAgain(): Promise<boolean>;
  remove(): Promise<void>;
}
