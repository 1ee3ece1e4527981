import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** AWS's DynamoDB Local, as this npm package carries it. Its own 280 dependencies are of no use here, so it is fetched alone. */
const PACKAGE = "amplify-dynamodb-simulator";
const VERSION = "2.9.30";
const INTEGRITY = "sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==";

/** DynamoDB Local could not be fetched, or is not what it should be. */
export class DynamoDbLocalMissing extends Error {
  readonly code = "DYNAMODB_LOCAL_MISSING";
  constructor(problem: string, options?: ErrorOptions) {
    super(`DynamoDB Local (the npm package ${PACKAGE}@${VERSION}) could not be fetched: ${problem}`, options);
    this.name = "DynamoDbLocalMissing";
  }
}

/**
 * The folder that holds DynamoDB Local: of the installed package, else of a copy in `~/.cache/doorbell`, which npm fetches once
 * (about 60 MB).
 * @throws DynamoDbLocalMissing
 */
export async function dynamoDbLocalFolder(): Promise<string> {
  return installedFolder() ?? (await fetchedFolder(join(homedir(), ".cache", "doorbell")));
}

function installedFolder(): string | undefined {
  try {
    return fileURLToPath(new URL("emulator", import.meta.resolve(`${PACKAGE}/package.json`)));
  } catch {
    return undefined;
  }
}

async function fetchedFolder(cache: string): Promise<string> {
  const folder = join(cache, `${PACKAGE}-${VERSION}`);
  if (existsSync(folder)) return join(folder, "emulator");
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, "fetching-"));
  try {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    await run(npm, ["pack", `${PACKAGE}@${VERSION}`, "--pack-destination", draft, "--silent"], {
      cwd: draft,
      shell: process.platform === "win32",
    });
    const archive = join(draft, `${PACKAGE}-${VERSION}.tgz`);
    const digest = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (`sha512-${digest}` !== INTEGRITY) throw new Error("its content is not the one that is known");
    await run("tar", ["-xzf", archive, "-C", draft]);
    // Another process may have been quicker.
    await rename(join(draft, "package"), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    throw new DynamoDbLocalMissing(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(folder, "emulator");
}
