import { hash } from "node:crypto";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { itemOf } from "@doorbell/idempotency/read-item";
import type { Store } from "@doorbell/idempotency/store";
import * as v from "valibot";
import { type ChangeFailure, entriesOf, readChangeFailure } from "./change-failure.ts";
import { type FailureSource, type FoundFailure, NotSendable, type Sent } from "./failure.ts";
import { parseJson } from "./parse-json.ts";

/** Where `change-audit` parks single records, and where Lambda writes batches that it gave up. */
const PREFIXES = ["rejected/", "aws/lambda/"];
/** Objects read at a time; one holds up to 6 MB. */
const READS_AT_ONCE = 8;

const resultSchema = v.nullish(v.object({ batchItemFailures: v.nullish(v.array(v.unknown())) }));
const errorSchema = v.object({ errorType: v.optional(v.string(), "Error"), errorMessage: v.string() });

/**
 * What lies in the failures bucket. Sent back, it is a synchronous invocation of `change-audit`, whose answer is read; the audit
 * table then tells whether every change is recorded.
 */
export function changeFailures(options: {
  readonly s3: S3Client;
  readonly lambda: LambdaClient;
  readonly store: Pick<Store, "read">;
  readonly bucket: string;
  readonly functionName: string;
  readonly auditTable: string;
}): FailureSource {
  const { s3, lambda, store, bucket, functionName, auditTable } = options;

  /** An entry records a change when it makes the same transition, as the service itself judges. */
  async function isDone(event: string): Promise<boolean> {
    const entries = entriesOf(event);
    if (entries === undefined) return false;
    const refs = entries.map(({ orderId, version }) => ({ table: auditTable, key: { orderId, version } }));
    const stored = (await store.read(refs)).map(itemOf);
    return entries.every(
      ({ before, after }, at) => stored[at] && stored[at]["before"] === before && stored[at]["after"] === after,
    );
  }

  async function send({ failure, event }: ChangeFailure): Promise<Sent> {
    if (event === undefined) throw new NotSendable("the object holds no stream records");
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(event) }),
    );
    const refusal = refusalIn(FunctionError, parseJson(Buffer.from(Payload ?? []).toString("utf8")));
    if (refusal !== undefined) return { kind: "failed-again", detail: refusal };
    if (await isDone(event)) return { kind: "handled" };
    // The service has parked what it rejected: a single record in this very object, which must stay.
    return failure.kind === "change-rejected"
      ? { kind: "failed-again", detail: "rejected again; its reason now is in the object" }
      : { kind: "handled", detail: "some of its changes were rejected one by one: see failures list" };
  }

  async function read(key: string): Promise<FoundFailure | undefined> {
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch((error: unknown) => {
      if (error instanceof NoSuchKey) return undefined; // Removed since it was listed.
      throw error;
    });
    if (object === undefined) return undefined;
    const text = (await object.Body?.transformToString("utf8")) ?? "";
    const id = hash("sha256", key).slice(0, 32);
    const change = readChangeFailure({ id, key, text, writtenAt: object.LastModified?.toISOString() });
    const { event } = change;
    return {
      failure: change.failure,
      content: event ?? text,
      isDone: () => (event === undefined ? Promise.resolve(false) : isDone(event)),
      send: () => send(change),
      remove: async () => {
        await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      },
    };
  }

  return {
    place: "failures bucket",
    kinds: ["change-rejected", "batch-exhausted"],
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

/** Why an answer of the function means that the event was not handled. */
function refusalIn(functionError: string | undefined, answer: unknown): string | undefined {
  if (functionError !== undefined) {
    const error = v.safeParse(errorSchema, answer);
    return error.success ? `${error.output.errorType}: ${error.output.errorMessage}` : functionError;
  }
  const result = v.safeParse(resultSchema, answer);
  if (!result.success) return "change-audit gave an answer that is none of a stream handler";
  const failed = result.output?.batchItemFailures?.length ?? 0;
  return failed === 0 ? undefined : "change-audit could not record all changes; its log says why";
}
