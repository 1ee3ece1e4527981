import { ORDER_PLACED_TYPE } from "@doorbell/event-contracts/order-placed";
import { OneEventOnly, type SampleSubjects } from "@doorbell/aws-events/sample-events";
import { SAMPLE_NAMES, sampleEvent } from "@doorbell/event-contracts/sample-events";
import { type Environment, openEnvironment } from "../aws/environment.ts";
import { CommandError } from "../command-error.ts";
import { graphSubjects, storedOrders, streamArn, uploadedObjects, uploadSamples } from "./sample-subjects.ts";
import { findCloud } from "../running-cloud.ts";
import { formatCounted } from "../table.ts";

interface SampleOptions {
  readonly count: number;
  readonly seed: number;
  readonly madeUp?: boolean;
  readonly port?: number;
}

/**
 * `doorbell events sample SOURCE|TYPE`: prints a complete Lambda event, for tests and for `doorbell invoke`. Buckets, queues and
 * tables have the graph's names. Where a local cloud is running, a sample of S3 names the files that were uploaded last and one of
 * DynamoDB the insertion of orders that are stored, so that the functions accept them; where it holds too few, made-up files are
 * uploaded first, and standard error says so. All else is made up, the same for the same seed.
 *
 * @throws {CommandError} there is no such sample, or not with more than one record, or no local cloud answers at the port
 */
export async function eventsSample(name: string, options: SampleOptions): Promise<void> {
  if (!SAMPLE_NAMES.includes(name)) {
    throw new CommandError(`there is no sample named ${name}; there are ${SAMPLE_NAMES.join(", ")}.`);
  }
  sampleOf(name, options); // What there is none of is refused before anything is uploaded.
  const environment =
    options.madeUp || !(isOfObjects(name) || name === "dynamodb") ? undefined : await openIfRunning(options);
  try {
    const found = environment === undefined ? {} : await subjectsIn(environment, name, options);
    const event = sampleOf(name, { ...options, subjects: { ...graphSubjects(), ...found } });
    process.stdout.write(`${JSON.stringify(event, null, 2)}\n`);
  } finally {
    environment?.close();
  }
}

function isOfObjects(name: string): boolean {
  return name.startsWith("s3");
}

async function subjectsIn(environment: Environment, name: string, options: SampleOptions): Promise<SampleSubjects> {
  const { count } = options;
  const read = async (): Promise<SampleSubjects> =>
    isOfObjects(name)
      ? { objects: await uploadedObjects(environment, count) }
      : { images: await storedOrders(environment, count), ...(await streamArn(environment)) };
  const isEnough = ({ objects, images }: SampleSubjects) => (objects ?? images ?? []).length >= count;
  const found = await read();
  if (isEnough(found)) return found;
  const files = await uploadSamples(environment, findCloud(options), options);
  process.stderr.write(
    `${environment.title} held too little for this sample, so ${formatCounted(files, "made-up file")} of one order each went into its uploads bucket, under samples/.\n`,
  );
  const more = await read();
  if (isEnough(more)) return more;
  throw new CommandError(
    `${environment.title} holds too few ${isOfObjects(name) ? "files" : "orders that were not changed since they were placed"}; another --seed uploads others, --made-up prints a sample of what is not there.`,
  );
}

/** Undefined where no local cloud is running, unless the options name one. */
async function openIfRunning({ port }: SampleOptions): Promise<Environment | undefined> {
  if (port !== undefined) return openEnvironment({ port });
  try {
    return await openEnvironment({});
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

function sampleOf(name: string, options: NonNullable<Parameters<typeof sampleEvent>[1]>): unknown {
  try {
    // The pipeline's queue takes orders, and nothing else.
    return sampleEvent(name === "sqs" ? ORDER_PLACED_TYPE : name, options);
  } catch (error) {
    if (!(error instanceof OneEventOnly)) throw error;
    throw new CommandError(`${error.message}; leave out --count.`, { cause: error });
  }
}
