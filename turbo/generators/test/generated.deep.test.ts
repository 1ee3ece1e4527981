import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..");
let copy: string;

/** Runs a program in the copy; answers what it printed, and fails with it where it fails. */
function run(command: string, ...words: readonly string[]): string {
  return runIn(copy, command, ...words);
}

function runIn(folder: string, command: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${[command, ...words].join(" ")} in ${folder}:\n${stdout}${stderr}`);
  return stdout;
}

const node = (...words: readonly string[]) => run(process.execPath, ...words);
const inApp = (name: string, script: string) => runIn(join(copy, "apps", name), process.execPath, "--run", script);
const generate = (...answers: readonly string[]) => node("scripts/new-service.mjs", "--args", ...answers);

/** The files of the repository as they lie here, installed, with SST's platform; a repository of its own, as graph and references need one. */
beforeAll(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), "doorbell-generated-")));
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const files = execFileSync("git", listed, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  for (const file of files.split("\0").filter((name) => name !== "")) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file), { force: false, verbatimSymlinks: true });
  }
  // The platform is large and the same for both.
  node("scripts/setup.mjs");
  runIn(root, process.execPath, "tools/sst-graph/src/main.ts", "install-platform");
  mkdirSync(join(copy, ".sst"));
  for (const part of ["platform", "provider-lock.json"])
    symlinkSync(join(root, ".sst", part), join(copy, ".sst", part));
  run("git", "init", "-q");
}, 900_000);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** What a reviewer's machine runs of the whole, beside the app's own checks. */
function expectTheHouseToHold(): void {
  node("node_modules/oxfmt/bin/oxfmt", "--check", ".");
  node("node_modules/knip/bin/knip.js");
  node("scripts/check-references.mjs");
  node("tools/sst-graph/src/main.ts", "check");
  for (const script of ["typecheck", "lint", "test", "graph:typecheck"])
    runIn(join(copy, "infra"), process.execPath, "--run", script);
  const vitest = join(copy, "tests", "node_modules", "vitest", "vitest.mjs");
  runIn(
    join(copy, "tests"),
    process.execPath,
    vitest,
    "run",
    "--config",
    "../vitest.config.ts",
    "architecture.test.ts",
  );
}

function expectToHold(name: string): void {
  for (const script of ["typecheck", "lint", "test"]) inApp(name, script);
}

test("what cannot be a service is refused with what is wrong, and nothing is written", () => {
  for (const [answers, message] of [
    [
      ["order-queue", "@doorbell/mail", "queue", "lease"],
      /there is a service or a file of infra\/ called "order-queue"/,
    ],
    [["Mailer", "@doorbell/mail", "queue", "lease"], /"Mailer" is no name of a service/],
    [["mailer", "mail", "queue", "lease"], /"mail" is no team/],
    [["mailer", "@doorbell/mail", "topic", "lease"], /topic/],
  ] as const) {
    const words = ["scripts/new-service.mjs", "--args", ...answers];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: copy, encoding: "utf8" });
    expect(status, answers.join(" ")).toBe(1);
    expect(stdout + stderr).toMatch(message);
  }
  expect(run("git", "-C", copy, "ls-files", "--others", "--exclude-standard", "apps")).not.toContain("mailer");
});

test("a service of each kind passes every check as it stands, and handles an event that comes through the local cloud once", () => {
  const kinds = [
    ["mail-orders", "queue", "lease"],
    ["mirror-orders", "queue", "inline"],
    ["step-orders", "FIFO queue", "lease"],
    ["log-steps", "FIFO queue", "inline"],
    ["scan-files", "bucket", "lease"],
    ["list-files", "bucket", "inline"],
    ["push-changes", "table stream", "lease"],
    ["index-items", "table stream", "inline"],
  ] as const;
  for (const [name, eventSource, strategy] of kinds) generate(name, "@doorbell/paved", eventSource, strategy);
  for (const [name] of kinds) expectToHold(name);
  expectTheHouseToHold();
});
