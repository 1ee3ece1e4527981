import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hasPlatform, installPlatform, installedProviders, sstVersion } from "./platform.ts";
import { ownSst, projectSst } from "./sst-package.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "platform-"));
});
afterEach(() => rm(root, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  const path = join(root, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function installed(version: string): Promise<void> {
  await write(".sst/platform/version", version);
  await write(".sst/platform/config.d.ts", "");
  await write(".sst/platform/node_modules/@pulumi/aws/package.json", "{}");
}

/** A package `sst` of the project whose command line writes a platform of `leaves`, and down how it was called. */
async function packageSst(version: string, leaves = version): Promise<void> {
  await write("node_modules/sst/package.json", JSON.stringify({ name: "sst", version, bin: { sst: "./bin/sst.mjs" } }));
  await write(
    "node_modules/sst/bin/sst.mjs",
    `import { mkdirSync, writeFileSync } from "node:fs";
     const { SST_STAGE, SST_NO_BUN, SST_SKIP_DEPENDENCY_CHECK, SST_TELEMETRY_DISABLED } = process.env;
     const seen = { arguments: process.argv.slice(2), SST_STAGE, SST_NO_BUN, SST_SKIP_DEPENDENCY_CHECK, SST_TELEMETRY_DISABLED };
     writeFileSync("called.json", JSON.stringify(seen));
     mkdirSync(".sst/platform/node_modules/@pulumi/aws", { recursive: true });
     writeFileSync(".sst/platform/version", ${JSON.stringify(leaves)});
     writeFileSync(".sst/platform/config.d.ts", "");
     writeFileSync(".sst/platform/node_modules/@pulumi/aws/package.json", "{}");
     console.log("what SST prints");`,
  );
  await chmod(join(root, "node_modules/sst/bin/sst.mjs"), 0o755);
}

const options = { environment: process.env, stage: "try" };

test("a fresh clone has no platform", () => {
  expect(hasPlatform(root, "4.0.0")).toBe(false);
});

test("the platform of the same version counts, that of another one does not", async () => {
  await installed("4.0.0");
  expect(hasPlatform(root, "4.0.0")).toBe(true);
  expect(hasPlatform(root, "4.0.1")).toBe(false);
});

test("a platform whose installation was cut off does not count", async () => {
  await installed("4.0.0");
  await rm(join(root, ".sst/platform/node_modules"), { recursive: true });
  expect(hasPlatform(root, "4.0.0")).toBe(false);
});

test("the project's own SST installs the platform, once, and says so", async () => {
  await packageSst("3.9.9");
  const lines: string[] = [];
  const install = () => installPlatform(root, { ...options, onProgress: (line) => lines.push(line) });
  await install();
  expect(hasPlatform(root, "3.9.9")).toBe(true);
  expect(JSON.parse(await readFile(join(root, "called.json"), "utf8"))).toEqual({
    arguments: ["install"],
    SST_STAGE: "try",
    SST_NO_BUN: "1",
    SST_SKIP_DEPENDENCY_CHECK: "1",
    SST_TELEMETRY_DISABLED: "1",
  });
  expect(lines).toEqual([expect.stringContaining("Installing SST 3.9.9"), "SST 3.9.9 is installed"]);

  await rm(join(root, "called.json"));
  await install();
  await expect(readFile(join(root, "called.json"))).rejects.toThrow("ENOENT");
  expect(lines).toHaveLength(2);
});

test("the platform of an older SST is replaced, and so is one that lacks a provider", async () => {
  await packageSst("3.9.9");
  await installed("3.0.0");
  await installPlatform(root, options);
  expect(hasPlatform(root, "3.9.9")).toBe(true);
  await rm(join(root, "called.json"));
  await installPlatform(root, { ...options, again: true });
  expect(await readFile(join(root, "called.json"), "utf8")).toContain("install");
});

test("an installation that leaves no platform is an error with what SST printed", async () => {
  await packageSst("3.9.9", "another version");
  await expect(installPlatform(root, options)).rejects.toMatchObject({
    code: "PLATFORM_INSTALL_FAILED",
    message: expect.stringContaining("what SST prints"),
  });
});

test("a project without a package sst keeps the platform that it has", async () => {
  await installed("3.1.4");
  expect(sstVersion(root)).toBe("3.1.4");
  const lines: string[] = [];
  await installPlatform(root, { ...options, onProgress: (line) => lines.push(line) });
  expect(lines).toEqual([]);
});

test("the package is found where any package manager puts it: above, and with a command line only", async () => {
  await packageSst("3.9.9");
  const nested = join(root, "apps", "shop");
  await mkdir(nested, { recursive: true });
  expect(projectSst(nested)).toEqual({ version: "3.9.9", bin: join(root, "node_modules/sst/bin/sst.mjs") });
  await write("node_modules/sst/package.json", JSON.stringify({ name: "sst", version: "0.0.0" }));
  expect(projectSst(nested)).toBeUndefined();
  expect(ownSst().version).toMatch(/^\d+\.\d+\.\d+/);
});

test("the providers are those that SST recorded", async () => {
  expect(installedProviders(root)).toMatchObject([{ name: "aws", package: "@pulumi/aws", alias: "aws" }]);
  const stripe = { name: "stripe", package: "pulumi-stripe", version: "0.0.24", alias: "stripe" };
  await write(".sst/provider-lock.json", JSON.stringify([stripe]));
  expect(installedProviders(root)).toEqual([stripe]);
});
