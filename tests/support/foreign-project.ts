import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A project that has nothing of ours, in a folder of its own. */
export interface ForeignProject {
  readonly root: string;
  /** What its graph holds, as JSON. */
  readonly graph: unknown;
  /** While it is broken, every function throws. */
  break(): void;
  mend(): void;
  /** Writes a file into its root. */
  write(file: string, text: string): void;
  remove(): void;
}

const REGION = "eu-central-2";
const STARTED = "courier-dev-";

/** Logs what it was given, as a line of JSON, and throws while there is a file `broken`. */
const HANDLER = `import { existsSync } from "node:fs";
export async function handler(event) {
  for (const { body, dynamodb, eventSourceARN } of event.Records ?? [{ body: JSON.stringify(event) }])
    console.log({ parcel: body ?? dynamodb.Keys.id.S, from: eventSourceARN?.split(":").at(-1) });
  if (existsSync(process.env.BROKEN)) throw new Error("the depot is closed");
}
`;

/**
 * Makes the project: a queue with a dead-letter queue, a function that is invoked asynchronously with a queue and another with a bucket
 * for what fails, and a table whose stream tells a queue of the batches that were given up.
 */
export function makeForeignProject(): ForeignProject {
  const root = mkdtempSync(join(tmpdir(), "doorbell-foreign-"));
  const broken = join(root, "broken");
  const graph = graphOf(broken);
  const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
  mkdirSync(join(root, "src"));
  write("sst.config.ts", "export default $config({});\n");
  write("src/parcels.mjs", HANDLER);
  return {
    root,
    graph,
    break: () => write("broken", ""),
    mend: () => rmSync(broken, { force: true }),
    write,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

const arnOf = (service: string, rest: string) => `arn:aws:${service}:${REGION}:000000000000:${rest}`;
const queueArn = (name: string) => arnOf("sqs", STARTED + name);
const functionArn = (name: string) => arnOf("lambda", `function:${STARTED}${name}`);

function graphOf(broken: string) {
  const resource = (type: string, name: string, inputs: object) => ({ type: `aws:${type}`, name, inputs });
  const queue = (name: string, inputs: object = {}) => ({
    ...resource("sqs/queue:Queue", `${name}Queue`, { name: STARTED + name, visibilityTimeoutSeconds: 1, ...inputs }),
    component: { type: "sst.aws.Queue", name },
  });
  const lambda = (name: string) =>
    resource("lambda/function:Function", name, {
      name: STARTED + name,
      handler: "src/parcels.handler",
      runtime: "nodejs24.x",
      timeout: 1,
      environment: { variables: { BROKEN: broken } },
      loggingConfig: { logFormat: "JSON" },
    });
  const failuresOf = (name: string, destination: string) =>
    resource("lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", `${name}Invocations`, {
      functionName: STARTED + name,
      maximumRetryAttempts: 0,
      destinationConfig: { onFailure: { destination } },
    });
  return {
    app: "courier",
    stage: "dev",
    region: REGION,
    resources: [
      queue("ParcelsDlq"),
      queue("LostNotices"),
      queue("LostChanges"),
      queue("Parcels", {
        redrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn("ParcelsDlq"), maxReceiveCount: 1 }),
      }),
      resource("s3/bucket:Bucket", "LostReports", { bucket: "courier-dev-lostreports" }),
      resource("dynamodb/table:Table", "DepotTable", {
        name: "courier-dev-Depot",
        attributes: [{ name: "id", type: "S" }],
        hashKey: "id",
        streamEnabled: true,
        streamViewType: "NEW_IMAGE",
      }),
      ...["worker", "notify", "report", "recount"].map(lambda),
      failuresOf("notify", queueArn("LostNotices")),
      failuresOf("report", "arn:aws:s3:::courier-dev-lostreports"),
      resource("lambda/eventSourceMapping:EventSourceMapping", "Parcels", {
        eventSourceArn: queueArn("Parcels"),
        functionName: functionArn("worker"),
      }),
      resource("lambda/eventSourceMapping:EventSourceMapping", "Depot", {
        eventSourceArn: arnOf("dynamodb", "table/courier-dev-Depot/stream/latest"),
        functionName: functionArn("recount"),
        startingPosition: "TRIM_HORIZON",
        maximumRetryAttempts: 0,
        destinationConfig: { onFailure: { destinationArn: queueArn("LostChanges") } },
      }),
    ],
  };
}
