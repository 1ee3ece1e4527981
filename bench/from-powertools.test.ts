import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const run = promisify(execFile);
const GUIDE = new URL("../docs/from-powertools.md", import.meta.url);

/** What the blocks import of their own service. */
const OWN = {
  "env.ts": `
export const environment: Readonly<Record<string, string | undefined>> = process.env;
export const env = { IDEMPOTENCY_TABLE: "markers", DEAD_LETTER_QUEUE_URL: "https://sqs.example/dead" };
`,
  "send-email.ts": "export async function sendEmail(_email: string, _orderId: string): Promise<void> {}\n",
  "tsconfig.json": JSON.stringify({ extends: "../../../tsconfig.base.json", include: ["*.ts"] }),
};

let folder: string;
let blocks: string[];

beforeAll(async () => {
  const parent = join(import.meta.dirname, ".doorbell"); // inside the workspace, so that it finds the packages
  await mkdir(parent, { recursive: true });
  folder = await mkdtemp(join(parent, "from-powertools-"));
  const text = await readFile(GUIDE, "utf8");
  blocks = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, block = ""]) => block);
  for (const [name, contents] of Object.entries(OWN)) await writeFile(join(folder, name), contents);
  for (const [at, block] of blocks.entries())
    await writeFile(join(folder, /^\/\/ ([a-z-]+\.ts)\n/.exec(block)?.[1] ?? `block-${at}.ts`), block);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const tsc = () => run(join(import.meta.dirname, "node_modules", ".bin", "tsc"), ["--noEmit", "-p", folder]);

it("every block of docs/from-powertools.md type-checks, Powertools' and ours", { timeout: 120_000 }, async () => {
  expect(blocks.length).toBeGreaterThan(5);
  await tsc().catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
});

it("a block that is wrong would be found", { timeout: 120_000 }, async () => {
  const wrong = join(folder, "wrong.ts");
  await writeFile(wrong, (blocks[1] ?? "").replace("parseBody", "parseBodies"));
  await expect(tsc()).rejects.toMatchObject({ stdout: expect.stringContaining("parseBodies") });
  await rm(wrong);
});
