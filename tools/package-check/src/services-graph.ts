import { LOCAL_ACCOUNT, LOCAL_REGION } from "@doorbell/local-cloud/local-region";
import { PUBLISHED } from "./published-packages.ts";

const arn = (service: string, name: string): string => `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
const queueUrl = (name: string): string => `https://sqs.${LOCAL_REGION}.amazonaws.com/${LOCAL_ACCOUNT}/${name}`;

const queue = (name: string, inputs: object = {}) => ({
  type: "aws:sqs/queue:Queue",
  name: `${name}Queue`,
  inputs: { name, ...inputs },
});
const table = (name: string, hash: string, inputs: object = {}) => ({
  type: "aws:dynamodb/table:Table",
  name: `${name}Table`,
  inputs: { name, hashKey: hash, attributes: [{ name: hash, type: "S" }], ...inputs },
});

/** What the handlers of the READMEs read from their environment. */
const ENVIRONMENT = {
  NOTES_BUCKET: "notes",
  NOTES_DLQ_URL: queueUrl("NotesDlq"),
  MARKERS_TABLE: "Markers",
  MAILS_QUEUE_URL: queueUrl("Mails"),
  REMINDERS_QUEUE_URL: queueUrl("Reminders"),
  AUDIT_TABLE: "Audit",
};

/** The handlers of the READMEs as functions named after their packages, with the queues, tables and the bucket that they need. */
export function servicesGraph(nodeMajor: string): unknown {
  const resources = [
    { type: "aws:s3/bucket:Bucket", name: "NotesBucket", inputs: { bucket: "notes" } },
    queue("Notes", { visibilityTimeoutSeconds: 60 }),
    queue("NotesDlq"),
    queue("Mails"),
    queue("Reminders"),
    table("Markers", "id"),
    table("Audit", "documentId", {
      rangeKey: "version",
      attributes: [
        { name: "documentId", type: "S" },
        { name: "version", type: "N" },
      ],
    }),
    table("Documents", "id", { streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" }),
    ...PUBLISHED.map((name) => ({
      type: "aws:lambda/function:Function",
      name,
      inputs: {
        name,
        handler: `dist/${name}.handler`,
        runtime: `nodejs${nodeMajor}.x`,
        timeout: 20,
        memorySize: 512,
        environment: { variables: ENVIRONMENT },
      },
    })),
    {
      type: "aws:lambda/eventSourceMapping:EventSourceMapping",
      name: "NotesMapping",
      inputs: {
        functionName: arn("lambda", "function:batch"),
        eventSourceArn: arn("sqs", "Notes"),
        functionResponseTypes: ["ReportBatchItemFailures"],
      },
    },
    {
      type: "aws:lambda/eventSourceMapping:EventSourceMapping",
      name: "DocumentsMapping",
      inputs: {
        functionName: arn("lambda", "function:audit-trail"),
        eventSourceArn: arn("dynamodb", "table/Documents/stream/latest"),
        startingPosition: "TRIM_HORIZON",
      },
    },
  ];
  return { digest: "", sst: "", app: "package-check", stage: "test", region: LOCAL_REGION, resources };
}
