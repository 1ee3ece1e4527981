import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { stageKind } from "./stage.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");

const jobSchema = v.object({
  if: v.optional(v.string(), ""),
  needs: v.optional(v.string()),
  uses: v.optional(v.string()),
  environment: v.optional(v.string()),
  concurrency: v.optional(v.object({ group: v.string(), "cancel-in-progress": v.boolean() })),
  permissions: v.optional(v.record(v.string(), v.string())),
  steps: v.optional(
    v.array(v.object({ uses: v.optional(v.string()), with: v.optional(v.record(v.string(), v.unknown()), {}) })),
    [],
  ),
});
const { jobs, permissions } = v.parse(
  v.object({ permissions: v.record(v.string(), v.string()), jobs: v.record(v.string(), jobSchema) }),
  parse(read(".github/workflows/deploy.yml")),
);

/** What a job does to which stage, of pull request 7. */
const deployments = Object.entries(jobs).flatMap(([name, job]) =>
  job.steps
    .filter(({ uses }) => uses === "./.github/actions/sst")
    .map((step) => ({
      name,
      job,
      command: String(step.with["command"]),
      stage: String(step.with["stage"]).replace("${{ github.event.number }}", "7"),
      role: step.with["role"],
    })),
);

describe("the workflow that deploys", () => {
  test("deploys and removes a preview, then deploys what is permanent", () => {
    expect(deployments.map(({ command, stage }) => `${command} ${stage}`)).toEqual([
      "deploy pr-7",
      "remove pr-7",
      "deploy staging",
      "deploy production",
    ]);
  });

  test.each(deployments)("$name: a stage in the environment whose role reaches it", ({ stage, job, role }) => {
    const kind = stageKind(stage);
    expect(kind === "preview" || kind === "permanent", stage).toBe(true);
    expect(job.environment).toBe(kind === "preview" ? "preview" : stage);
    expect(role).toBe("${{ vars.DEPLOY_ROLE_ARN }}");
  });

  test.each(deployments)("$name: one at a time for its stage, never broken off", ({ stage, job }) => {
    expect(job.concurrency?.group.replace("${{ github.event.number }}", "7")).toBe(`deploy-${stage}`);
    expect(job.concurrency?.["cancel-in-progress"]).toBe(false);
  });

  test("only the jobs that deploy may ask for an identity", () => {
    expect(permissions).toEqual({ contents: "read" });
    for (const [name, job] of Object.entries(jobs))
      expect(job.permissions, name).toEqual(
        deployments.some((it) => it.name === name) ? { contents: "read", "id-token": "write" } : undefined,
      );
  });

  test("goes to staging after the checks, and to production after staging", () => {
    expect(jobs["checks"]?.uses).toBe("./.github/workflows/ci.yml");
    expect(jobs["staging"]?.needs).toBe("checks");
    expect(jobs["production"]?.needs).toBe("staging");
  });

  test("gives no role to a fork's pull request", () => {
    for (const name of ["preview", "remove-preview"])
      expect(jobs[name]?.if, name).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  });
});

test("docs/deploy.md has a role for each environment", () => {
  const rows = [...read("docs/deploy.md").matchAll(/^\| `(\w+)` +\| `doorbell-deploy-(\w+)` +\| `([^`]+)` +\|/gm)];
  const stages = Object.fromEntries(rows.map(([, environment = "", , stage]) => [environment, stage]));
  expect(stages).toEqual({ preview: "pr-*", staging: "staging", production: "production" });
  expect(rows.map(([, environment]) => environment)).toEqual(rows.map(([, , role]) => role));
  expect(new Set(deployments.map(({ job }) => job.environment))).toEqual(new Set(Object.keys(stages)));
});
