import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { regionOf } from "./stage.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");

const environment = v.optional(v.record(v.string(), v.string()), {});
const { configurations } = v.parse(
  v.object({
    configurations: v.array(
      v.object({
        runtimeExecutable: v.optional(v.string()),
        runtimeArgs: v.optional(v.array(v.string())),
        env: environment,
      }),
    ),
  }),
  JSON.parse(read(".vscode/launch.json")),
);
const action = v.parse(
  v.object({
    runs: v.object({
      steps: v.array(
        v.object({
          id: v.optional(v.string()),
          run: v.optional(v.string(), ""),
          with: v.optional(v.record(v.string(), v.string()), {}),
          env: environment,
        }),
      ),
    }),
  }),
  parse(read(".github/actions/sst/action.yml")),
);
const { steps } = action.runs;

/** A shell's environment on a machine that has its own Node: nothing of an install on the path. */
const outside = {
  ...process.env,
  PATH: (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter),
};

test("npx puts Node 24 first on the path, so SST runs handlers and plugins on that", () => {
  const version = execFileSync("npx", ["-c", "node --version"], { cwd: root, env: outside, encoding: "utf8" });
  expect(version).toMatch(/^v24\./);
});

describe("SST is started by npx, its telemetry off", () => {
  test("in VS Code", () => {
    const [launch, ...others] = configurations.filter(({ runtimeArgs }) => runtimeArgs?.includes("dev"));
    expect(others).toEqual([]);
    expect(launch?.runtimeExecutable).toBe("npx");
    expect(launch?.runtimeArgs?.slice(0, 2)).toEqual(["sst", "dev"]);
    expect(launch?.env).toEqual({ SST_TELEMETRY_DISABLED: "1" });
  });

  test("in CI", () => {
    const [start, ...others] = steps.filter(({ run }) => /\bsst\b/.test(run));
    expect(others).toEqual([]);
    expect(start?.run).toMatch(/^npx sst /);
    expect(start?.env["SST_TELEMETRY_DISABLED"]).toBe("1");
  });

  test("in docs/deploy.md, before its first command", () => {
    const page = read("docs/deploy.md");
    expect(page.indexOf("export SST_TELEMETRY_DISABLED=1")).toBeGreaterThan(0);
    expect(page.indexOf("export SST_TELEMETRY_DISABLED=1")).toBeLessThan(page.indexOf("npx sst "));
  });
});

test.each(["production", "staging", "pr-7"])("CI takes its role for %s in the region of the stage", (stage) => {
  const setting = steps.find(({ id }) => id === "setting");
  expect(steps.map((step) => step.with["aws-region"]).filter(Boolean)).toEqual(["${{ steps.setting.outputs.region }}"]);
  const folder = mkdtempSync(join(tmpdir(), "action-"));
  try {
    const output = join(folder, "output");
    const env = { ...outside, STAGE: stage, GITHUB_OUTPUT: output };
    execFileSync("bash", ["-e", "-o", "pipefail", "-c", setting?.run ?? "exit 1"], { cwd: root, env });
    expect(readFileSync(output, "utf8")).toBe(`region=${regionOf(stage)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
