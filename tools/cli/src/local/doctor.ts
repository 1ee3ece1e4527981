import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { callLine } from "../call-line.ts";
import { defaultPort } from "../running-cloud.ts";

/** One thing that the local cloud needs, how it stands, and what to do when it does not. */
export interface Finding {
  readonly part: string;
  readonly ok: boolean;
  readonly seen: string;
  readonly remedy: string;
}

/** `doorbell doctor`: checks what Doorbell needs on this machine; exit status 1 when something must be done. */
export async function doctor(options: { readonly port?: number; readonly json?: boolean }): Promise<void> {
  const findings = [checkNode(), checkJava(), checkInstall(), await checkPort(options.port ?? defaultPort)];
  if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else
    for (const { part, ok, seen, remedy } of findings)
      process.stdout.write(
        `${ok ? "ok    " : "MEND  "}${part.padEnd(17)}${seen}${ok ? "" : `\n      ${" ".repeat(17)}→ ${remedy}`}\n`,
      );
  if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return {
    part: "Node",
    ok: major > 22 || (major === 22 && minor >= 18),
    seen: process.version,
    remedy: "run the command on Node 22.18 or later",
  };
}

/** DynamoDB Local needs Java 11 or later. */
export function checkJava(command = "java"): Finding {
  const elsewhere = callLine("up --dynamodb-endpoint URL");
  const remedy = `for tables, install Java 11 or later, or run \`${elsewhere}\` with a DynamoDB Local that runs elsewhere`;
  const run = spawnSync(command, ["-version"], { encoding: "utf8" });
  const version = /version "(?:1\.)?(\d+)[^"]*"/.exec(`${run.stderr ?? ""}${run.stdout ?? ""}`);
  if (run.error !== undefined || version === null) return { part: "Java", ok: false, seen: "not found", remedy };
  return {
    part: "Java",
    ok: Number(version[1]) >= 11,
    seen: version[0].replace("version ", "").replaceAll('"', ""),
    remedy,
  };
}

/** What the local cloud is made of: packages, and a file of each that must be there. The published one carries or fetches the rest. */
const PARTS: readonly (readonly [string, string])[] = [["esbuild", "package.json"]];
const WORKSPACE_PARTS: typeof PARTS = [
  ["fauxqs", "package.json"],
  ["amplify-dynamodb-simulator", "emulator/DynamoDBLocal.jar"],
];

/** Whether each part is found from where the local cloud is installed. */
function checkInstall(): Finding {
  const from = import.meta.resolve("@doorbell/local-cloud/start-local-cloud");
  const isPublished = from.endsWith(".js");
  const missing = [...PARTS, ...(isPublished ? [] : WORKSPACE_PARTS)]
    .filter(([name, file]) => {
      const manifest = packageFile(name, from);
      return manifest === undefined || !existsSync(join(dirname(manifest), file));
    })
    .map(([name]) => name);
  const seen = missing.length === 0 ? "complete" : `missing: ${missing.join(", ")}`;
  return { part: "Installed parts", ok: missing.length === 0, seen, remedy: "install the dependencies again" };
}

function packageFile(name: string, from: string): string | undefined {
  try {
    return findPackageJSON(name, from);
  } catch {
    return undefined; // Nowhere to be found.
  }
}

/** Whether a port of the loopback interface is free to listen on. */
export async function checkPort(port: number): Promise<Finding> {
  const server = createServer();
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  if (error === undefined) await new Promise((resolve) => server.close(resolve));
  return {
    part: `Port ${port}`,
    ok: error === undefined,
    seen: error === undefined ? "free" : `not free (${error.code ?? error.message})`,
    remedy: `a local cloud may be running already (\`${callLine("status")}\`); or take another with \`${callLine("up --port 0")}\``,
  };
}
