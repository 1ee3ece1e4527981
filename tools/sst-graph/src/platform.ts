import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import type { Environment } from "./project-environment.ts";
import { type SstPackage, ownSst, projectSst } from "./sst-package.ts";

/** Thrown where `sst install` does not leave a usable platform behind; the message holds what it printed. */
class PlatformInstallError extends Error {
  readonly code = "PLATFORM_INSTALL_FAILED";
}

/** A provider that `sst install` put into the platform, and the global by which a configuration calls it. */
export interface Provider {
  /** As `app()` names it. */
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly alias: string;
}

const providersSchema = v.array(
  v.object({ name: v.string(), package: v.string(), version: v.string(), alias: v.string() }),
);

/** Where SST's components of a project lie. */
export function platformFolder(root: string): string {
  return join(root, ".sst", "platform");
}

/** Whether `.sst/platform` under `root` holds SST's components at `version`, their packages and their types. */
export function hasPlatform(root: string, version: string): boolean {
  const platform = platformFolder(root);
  return (
    platformVersion(root) === version &&
    existsSync(join(platform, "config.d.ts")) &&
    existsSync(join(platform, "node_modules", "@pulumi", "aws", "package.json"))
  );
}

/** The version of the components in `.sst/platform`, however they came there. */
function platformVersion(root: string): string | undefined {
  const version = join(platformFolder(root), "version");
  return existsSync(version) ? readFileSync(version, "utf8").trim() : undefined;
}

/** The providers that `sst install` recorded; AWS's alone where it recorded none. */
export function installedProviders(root: string): readonly Provider[] {
  const lock = join(root, ".sst", "provider-lock.json");
  if (!existsSync(lock)) return [{ name: "aws", package: "@pulumi/aws", version: "", alias: "aws" }];
  return v.parse(providersSchema, JSON.parse(readFileSync(lock, "utf8")));
}

/**
 * The version of SST that evaluates the project: that of its package `sst`, else of the platform that it has, else of the `sst`
 * that is installed with this package.
 */
export function sstVersion(root: string): string {
  return projectSst(root)?.version ?? platformVersion(root) ?? ownSst().version;
}

/** How a platform is installed. */
export interface InstallOptions {
  readonly environment: Environment;
  readonly stage: string;
  /** Told what takes long, a line at a time. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Installs again where the platform is there, since the configuration names another provider. */
  readonly again?: boolean;
}

/**
 * Puts SST's platform into `.sst/platform` by SST's own `sst install`, at the project's version of SST: about 320 MB, under a
 * minute, from the package registry alone, telemetry off. Does nothing where it is there already. A project without a package
 * `sst` keeps the platform that it has, or gets the one of the `sst` that is installed with this package.
 *
 * @throws {PlatformInstallError}
 */
export async function installPlatform(root: string, options: InstallOptions): Promise<void> {
  if (options.again !== true && hasPlatform(root, sstVersion(root))) return;

  const own = projectSst(root);
  const sst = own ?? ownSst();
  if (own === undefined) options.onProgress?.(`The project has no package "sst" installed: taking SST ${sst.version}`);
  options.onProgress?.(`Installing SST ${sst.version} into .sst/platform (about 320 MB, once) …`);
  await runInstall(root, sst, options);
  options.onProgress?.(`SST ${sst.version} is installed`);
}

async function runInstall(root: string, sst: SstPackage, { environment, stage }: InstallOptions): Promise<void> {
  const install = spawn(process.execPath, [sst.bin, "install"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...environment,
      // The npm that SST starts runs on this Node, too.
      PATH: `${dirname(process.execPath)}${delimiter}${environment["PATH"] ?? ""}`,
      SST_STAGE: stage,
      SST_TELEMETRY_DISABLED: "1",
      // Neither Pulumi's engine nor bun is used here, and either would be downloaded from elsewhere.
      SST_SKIP_DEPENDENCY_CHECK: "1",
      SST_NO_BUN: "1",
    },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    install.once("error", reject).once("close", resolve);
  });
  const [status, stdout, stderr] = await Promise.all([ended, text(install.stdout), text(install.stderr)]);
  if (status === 0 && hasPlatform(root, sst.version)) return;
  throw new PlatformInstallError(
    `sst install left no platform in ${platformFolder(root)}:\n${`${stdout}${stderr}`.trim() || "it printed nothing"}`,
  );
}
