import { sampleS3Record, sampleSqsRecord, sampleStreamRecord } from "@doorbell/aws-events/testing";

/** The functions, with the event source that each is for, in its own and in AWS's words. */
const FUNCTIONS = {
  "upload-ingest": { source: "S3", eventSource: "aws:s3" },
  "order-queue": { source: "SQS", eventSource: "aws:sqs" },
  "change-audit": { source: "DynamoDB Streams", eventSource: "aws:dynamodb" },
} as const;

export type FunctionName = keyof typeof FUNCTIONS;

/** A payload that is handed to functions by mistake. */
export interface InvocationCase {
  readonly input: string;
  readonly payload: unknown;
  readonly to: readonly FunctionName[];
  /** What the error says beside the source; `{source}` stands for that in AWS's words. */
  readonly error: string;
}

/** What a function answers: the source that it is for, and what it expected of it. */
export function errorOf(name: FunctionName, error: string): string {
  const { source, eventSource } = FUNCTIONS[name];
  return `This function is for ${source} events. ${error.replace("{source}", eventSource)}`;
}

const ALL = ["upload-ingest", "order-queue", "change-audit"] as const;
const WRONG = 'Records[0].eventSource: expected {source}, received "…"';
const NO_RECORDS = "Records: expected an array of {source} records, received";

/** Invocations by a mistake. */
export const invocations: readonly InvocationCase[] = [
  { input: "`{}`", payload: {}, to: ALL, error: `${NO_RECORDS} nothing` },
  { input: "`null`", payload: null, to: ALL, error: "expected an event of {source}, received null" },
  { input: "`[]`", payload: [], to: ALL, error: "expected an event of {source}, received array of 0" },
  { input: "a string", payload: "canary", to: ALL, error: 'expected an event of {source}, received "…"' },
  { input: "no `Records`", payload: { customer: "Ada Canary" }, to: ALL, error: `${NO_RECORDS} nothing` },
  { input: "`Records: null`", payload: { Records: null }, to: ALL, error: `${NO_RECORDS} null` },
  {
    input: "an event of S3",
    payload: { Records: [sampleS3Record()] },
    to: ["order-queue", "change-audit"],
    error: WRONG,
  },
  {
    input: "an event of SQS",
    payload: { Records: [sampleSqsRecord({ body: "canary" })] },
    to: ["upload-ingest", "change-audit"],
    error: WRONG,
  },
  {
    input: "an event of DynamoDB Streams",
    payload: { Records: [sampleStreamRecord()] },
    to: ["upload-ingest", "order-queue"],
    error: WRONG,
  },
];
