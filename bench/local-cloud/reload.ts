import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";

const root = fileURLToPath(new URL("../..", import.meta.url));
const region = "eu-central-2";

/** All of upload-ingest, the largest bundle, behind a module that is saved again and again. */
const source = (version: number): string => `
import { handler as uploadIngest } from "../../apps/upload-ingest/src/handler.ts";
export const handler = (event, context) => (event === null ? ${version} : uploadIngest(event, context));
`;

/**
 * Milliseconds from a save of a handler's source to the first answer of the new code, cold start included; sorted. The first
 * save bundles everything, the others what has changed.
 */
export async function reloads(saves: number): Promise<number[]> {
  mkdirSync(join(root, ".doorbell"), { recursive: true });
  const folder = mkdtempSync(join(root, ".doorbell", "bench-"));
  const save = (version: number): void => writeFileSync(join(folder, "handler.ts"), source(version));
  save(0);
  const name = "reloaded";
  const variables = Object.fromEntries(
    ["UPLOADS_BUCKET", "REJECTS_BUCKET", "UPLOADS_TABLE", "IDEMPOTENCY_TABLE", "ORDERS_QUEUE_URL"].map((each) => [
      each,
      "none",
    ]),
  );
  const inputs = {
    name,
    handler: `.doorbell/${basename(folder)}/handler.handler`,
    runtime: "nodejs24.x",
    timeout: 20,
    memorySize: 512,
    environment: { variables },
    loggingConfig: { logFormat: "JSON" },
  };
  const resources = [{ type: "aws:lambda/function:Function", name, inputs }];
  const graph = { digest: "", sst: "", app: "bench", stage: "local", region, resources };
  const cloud = await startLocalCloud({ root, graph, watch: true });
  try {
    const measured: number[] = [];
    for (let version = 1; version <= saves; version++) {
      await cloud.lambda.invoke(name, "null");
      const begun = performance.now();
      save(version);
      while ((await cloud.lambda.invoke(name, "null")).payload !== String(version)) await delay(5);
      measured.push(performance.now() - begun);
    }
    return measured.toSorted((a, b) => a - b);
  } finally {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
