import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { repositoryRoot } from "../repository.ts";
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
  const major = Number(process.versions.node.split(".")[0]);
  return {
    part: "Node",
    ok: major >= 24,
    seen: process.version,
    remedy: "run `npm run setup`: it installs Node 24 into node_modules",
  };
}

/** DynamoDB Local needs Java 11 or later. */
export function checkJava(command = "java"): Finding {
  const remedy =
    "install Java 11 or later, or run `npm run doorbell -- up --dynamodb-endpoint URL` with a DynamoDB Local that runs elsewhere";
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

function checkInstall(): Finding {
  const parts = [
    "node_modules/node",
    "node_modules/turbo",
    "tools/local-cloud/node_modules/fauxqs",
    "tools/local-cloud/node_modules/amplify-dynamodb-simulator/emulator",
  ];
  const missing = parts.filter((part) => !existsSync(join(repositoryRoot, part)));
  const seen = missing.length === 0 ? "complete" : `missing: ${missing.join(", ")}`;
  return { part: "Installed parts", ok: missing.length === 0, seen, remedy: "run `npm run setup`" };
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
    remedy:
      "a local cloud may be running already (`npm run doorbell -- status`); or take another with `npm run doorbell -- up --port 0`",
  };
}
