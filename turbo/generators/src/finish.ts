import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answers } from "./answers.ts";

/** A step after the files were written did not end well; the message holds what it printed. */
class StepFailed extends Error {
  readonly code = "STEP_FAILED";
}

/**
 * What makes the written files whole: links and lock file, format, graph. Says what is next.
 *
 * @param root the folder of the repository
 * @throws {StepFailed}
 */
export function finish(root: string, { name }: Answers): string {
  const packageManager = String(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager);
  step(root, "npx", "--yes", packageManager, "install", "--no-frozen-lockfile", "--prefer-offline");
  step(root, process.execPath, "node_modules/oxfmt/bin/oxfmt", `apps/${name}`, `infra/${name}.ts`, "infra/services.ts");
  step(root, process.execPath, "tools/sst-graph/src/main.ts", "write");
  return `apps/${name} and infra/${name}.ts are written; npm test -- --filter=@doorbell/${name} tests them, docs/new-service.md says what is next`;
}

function step(root: string, command: string, ...words: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0)
    throw new StepFailed(`${[command, ...words].join(" ")}:\n${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}`);
}
