import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { batchesOf } from "./batches.ts";
import { environmentOf, startStub } from "./processes.ts";
import type { Job } from "./samples.ts";

/** Takes one batch with the handler of a module in 2 s, and ends with the number of failed records. */
const INVOKE = `
  const [module, batch] = process.argv.slice(1);
  const { handler } = await import(module);
  const end = Date.now() + 2_000;
  const context = { awsRequestId: "crash", functionName: "order-queue", getRemainingTimeInMillis: () => end - Date.now() };
  const { batchItemFailures } = await handler(JSON.parse(batch), context);
  process.exit(batchItemFailures.length);
`;
/** Deliveries after the crash until no record fails, as a queue would; the peer's lock must run out first. */
const MAX_DELIVERIES = 20;
const MODULES: Record<Job, string> = {
  doorbell: import.meta.resolve("@doorbell/order-queue/handler"),
  powertools: new URL("./peer-handler.ts", import.meta.url).href,
};

/**
 * How many times the effect of an order happens where the process is killed after the effect and before the answer to what
 * comes next, and the batch is then delivered again, as a queue does after the visibility timeout.
 */
export async function effectsAfterCrash(job: Job): Promise<number> {
  const stub = await startStub(0);
  const batch = batchesOf(job).next("new");
  const deliver = () =>
    spawn(process.execPath, ["--input-type=module", "--eval", INVOKE, MODULES[job], JSON.stringify(batch)], {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      stdio: "ignore",
      env: environmentOf(stub.url),
    });
  try {
    await stub.tell({ isMute: true });
    const muted = stub.muted();
    const killed = deliver();
    await muted;
    await waitForEffects();
    killed.kill("SIGKILL");
    await once(killed, "exit");
    await stub.tell({ isMute: false });
    let failed = batch.Records.length;
    for (let deliveries = 0; failed > 0 && deliveries < MAX_DELIVERIES; deliveries += 1) {
      [failed] = await once(deliver(), "exit");
    }
    if (failed !== 0) throw new Error(`${job} did not take the batch after the crash`);
    const { ordersWritten } = await stub.tell({});
    return ordersWritten / batch.Records.length;
  } finally {
    stub.stop();
  }

  /** All records of the batch are at the same point: none of the answers after the effect has come. */
  async function waitForEffects(): Promise<void> {
    for (let tries = 0; tries < 500; tries += 1) {
      const { ordersWritten } = await stub.tell({});
      if (ordersWritten >= batch.Records.length) return;
    }
    throw new Error(`${job} did not come to its effects`);
  }
}
