// A million faulty deliveries through the three services, in virtual time, and what is stored compared with what was sent.
//
//   npm run soak [-- --deliveries 1000000 --seed 7]    over stores in process
//   npm run soak -- --emulators                        50,000 through the local cloud
//   npm run soak -- --replay FILE                      one history, such as a failing run leaves behind
//
// Writes bench/results/soak.json. Where a history fails, it is made as short as it can be and kept in .doorbell/.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chooseSeed } from "../support/seeded-random.ts";
import { soakEmulators } from "./emulators.ts";
import { readHistory } from "./read-history.ts";
import { runHistory } from "./run-history.ts";
import { hasFailed, shrink } from "./shrink.ts";
import { soak } from "./soak.ts";

const RESULTS = new URL("../../bench/results/soak.json", import.meta.url);
const KEPT = new URL("../../.doorbell/", import.meta.url);
/** Sentences that are shown of a run that failed. */
const MAX_SENTENCES = 20;

const { values } = parseArgs({
  options: {
    deliveries: { type: "string" },
    seed: { type: "string" },
    emulators: { type: "boolean", default: false },
    replay: { type: "string" },
  },
});
const seed = values.seed === undefined ? chooseSeed() : Number(values.seed);
const deliveries = Number(values.deliveries ?? (values.emulators ? 50_000 : 1_000_000));
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(deliveries) || deliveries < 1)
  throw new TypeError("--seed and --deliveries are whole numbers, and at least one delivery is made");

if (values.replay !== undefined) await replay(values.replay);
else if (values.emulators) await overEmulators();
else await inProcess();

async function replay(file: string): Promise<void> {
  const result = await runHistory(readHistory(file));
  say([...result.lost, ...result.doubled, ...result.wrong]);
  process.stdout.write(
    `${result.deliveries} deliveries, ${hasFailed(result) ? "failed" : "nothing lost or doubled"}\n`,
  );
  if (hasFailed(result)) process.exitCode = 1;
}

async function inProcess(): Promise<void> {
  process.stdout.write(`seed ${seed}\n`);
  const { soaked, failure } = await soak({ deliveries, seed });
  process.stdout.write(`${JSON.stringify(soaked, undefined, 2)}\n`);
  if (failure === undefined) return keep(soaked);
  say(failure.says);
  const short = await shrink(failure.history);
  mkdirSync(KEPT, { recursive: true });
  const file = new URL(`soak-${short.seed}.json`, KEPT);
  writeFileSync(file, `${JSON.stringify(short, undefined, 2)}\n`);
  process.stdout.write(`The shortest history that fails: npm run soak -- --replay ${file.pathname}\n`);
  process.exitCode = 1;
}

async function overEmulators(): Promise<void> {
  process.stdout.write(`seed ${seed}\n`);
  const { soaked, says } = await soakEmulators({ deliveries, seed });
  process.stdout.write(`${JSON.stringify(soaked, undefined, 2)}\n`);
  say(says);
  if (says.length === 0) keep({ emulators: soaked });
  else process.exitCode = 1;
}

function say(sentences: readonly string[]): void {
  for (const sentence of sentences.slice(0, MAX_SENTENCES)) process.stdout.write(`${sentence}\n`);
  if (sentences.length > MAX_SENTENCES) process.stdout.write(`and ${sentences.length - MAX_SENTENCES} more\n`);
}

/** Each kind of run keeps the figures of the other. */
function keep(figures: object): void {
  const kept: object = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : {};
  writeFileSync(RESULTS, `${JSON.stringify({ ...kept, ...figures }, undefined, 2)}\n`);
}
