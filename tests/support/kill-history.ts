import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { openResults } from "@doorbell/ops/demo/read-results";
import { expect } from "vitest";
import { startKillableCloud } from "./killable-cloud.ts";
import { makeTraffic, type Traffic } from "./order-traffic.ts";
import { differences } from "./pipeline-outcome.ts";
import { chooseSeed, seededRandom, type SeededRandom } from "./seeded-random.ts";

/** A kill comes within this time after the local cloud is up. */
const LONGEST_LIFE_MS = 2_500;

/** Of the kills, this share comes while the local cloud boots. */
const KILLED_AT_BOOT = 0.2;
const LONGEST_BOOT_MS = 3_000;

/** What clients have still to do: each thing is repeated until it is acknowledged, and then never again. */
interface Client {
  /** Sends for as long as it is answered, a part in each life of the local cloud. */
  sendSome(environment: Readonly<Record<string, string>>, share: number): Promise<void>;
  readonly done: boolean;
}

function createClient(traffic: Traffic): Client {
  const files = [...traffic.files];
  const cancellations = [...traffic.cancellations];
  return {
    get done() {
      return files.length + cancellations.length === 0;
    },
    async sendSome(environment, share) {
      const config = {
        endpoint: environment["AWS_ENDPOINT_URL"] ?? "",
        region: environment["AWS_REGION"] ?? "",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        maxAttempts: 1,
      };
      const s3 = new S3Client({ ...config, forcePathStyle: true });
      const sqs = new SQSClient(config);
      const upload = async () => {
        for (let left = Math.ceil(traffic.files.length * share); left > 0; left -= 1) {
          const file = files[0];
          if (file === undefined) return;
          await s3.send(
            new PutObjectCommand({ Bucket: environment["UPLOADS_BUCKET"], Key: file.key, Body: file.body }),
          );
          files.shift();
        }
      };
      const cancel = async () => {
        for (let left = Math.ceil(traffic.cancellations.length * share); left > 0; left -= 1) {
          const bodies = cancellations[0];
          if (bodies === undefined) return;
          const Entries = bodies.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
          const answer = await sqs.send(
            new SendMessageBatchCommand({ QueueUrl: environment["ORDERS_QUEUE_URL"], Entries }),
          );
          if (answer.Successful?.length !== bodies.length) throw new Error("not every message was taken");
          cancellations.shift();
        }
      };
      try {
        await Promise.all([upload(), cancel()]);
      } finally {
        s3.destroy();
        sqs.destroy();
      }
    },
  };
}

/** One life: clients send, the pipeline works, and at a moment that the seed decides it all ends. */
async function liveAndDie(
  stateDir: string,
  { client, random, share }: { readonly client: Client; readonly random: SeededRandom; readonly share: number },
): Promise<() => Promise<string[]>> {
  const cloud = startKillableCloud(stateDir);
  const which = random.chance(0.5) ? "main" : "all";
  const atBoot = random.chance(KILLED_AT_BOOT);
  const lifeMs = random.below(atBoot ? LONGEST_BOOT_MS : LONGEST_LIFE_MS);
  if (atBoot) await delay(lifeMs);
  else {
    const environment = await cloud.up;
    if (environment === undefined) throw new Error(`it did not boot: ${cloud.complaints()}`);
    // What is under way at the kill fails, and was not acknowledged.
    const sending = client.sendSome(environment, share).catch(() => undefined);
    await delay(lifeMs);
    await cloud.kill(which);
    await sending;
  }
  await cloud.kill(which);
  return () => cloud.survivors(10_000);
}

/** The last lines of the log that tell of a failure, so that a history that hangs says why. */
async function failuresIn(environment: Readonly<Record<string, string>>): Promise<string> {
  const log = await (await fetch(`${environment["AWS_ENDPOINT_URL"]}/_doorbell/logs`)).text();
  const failures = log.split("\n").filter((line) => /error|fail|exception/i.test(line));
  return failures.slice(-10).join("\n");
}

/**
 * Kills the local cloud with -9 at moments that `DOORBELL_SEED`, or a new seed, decides, and expects that all that was acknowledged
 * is there in the end and that no process is left.
 */
export async function expectToSurvive(kills: number): Promise<void> {
  const seed = chooseSeed();
  process.stdout.write(`durability: DOORBELL_SEED=${seed} DOORBELL_KILLS=${kills}\n`);
  const random = seededRandom(seed);
  const stateDir = mkdtempSync(join(tmpdir(), "doorbell-killed-"));
  const traffic = makeTraffic(random, { files: 6, ordersPerFile: 100 });
  const client = createClient(traffic);
  const dead: (() => Promise<string[]>)[] = [];
  try {
    for (let life = 0; life < kills; life += 1)
      dead.push(await liveAndDie(stateDir, { client, random, share: 1.5 / kills }));

    const cloud = startKillableCloud(stateDir);
    dead.push(() => cloud.survivors(10_000));
    try {
      const environment = await cloud.up;
      if (environment === undefined) throw new Error(`it did not boot: ${cloud.complaints()}`);
      await client.sendSome(environment, 1);
      expect(client.done).toBe(true);
      const waited = await fetch(`${environment["AWS_ENDPOINT_URL"]}/_doorbell/wait?timeoutMs=150000`, {
        method: "POST",
      });
      if (waited.status !== 200) throw new Error(`not idle: ${await waited.text()}\n${await failuresIn(environment)}`);
      const results = openResults(environment);
      expect(await differences(results, traffic), `DOORBELL_SEED=${seed}`).toEqual([]);
      results.close();
    } finally {
      await cloud.kill("main");
    }
    for (const survivors of dead) expect(await survivors()).toEqual([]);
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** How long `expectToSurvive` may take, on a busy machine. */
export const survivalLimitMs = (kills: number) => 120_000 + kills * 30_000;
