import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { sstVersion } from "./sst-version.ts";

/** Thrown where `sst install` does not leave a usable platform behind; the message holds what it printed. */
class PlatformInstallError extends Error {
  readonly code = "PLATFORM_INSTALL_FAILED";
}

/** Whether `.sst/platform` under `root` holds SST's components, their packages and their types, at the version installed here. */
export function hasPlatform(root: string): boolean {
  const platform = join(root, ".sst", "platform");
  const version = join(platform, "version");
  return (
    existsSync(version) &&
    readFileSync(version, "utf8").trim() === sstVersion() &&
    existsSync(join(platform, "config.d.ts")) &&
    existsSync(join(platform, "node_modules", "@pulumi", "aws", "package.json"))
  );
}

/**
 * Puts SST's platform into `.sst/platform` by SST's own `sst install`: about 320 MB, under a minute, from the package registry
 * alone, telemetry off. Does nothing where it is there already.
 *
 * @throws {PlatformInstallError}
 */
export function installPlatform(root: string, environment: Readonly<Record<string, string | undefined>>): void {
  if (hasPlatform(root)) return;
  const sst = findPackageJSON("sst", import.meta.url);
  if (sst === undefined) throw new PlatformInstallError("SST is not installed: run the set-up of the repository");

  const install = spawnSync(process.execPath, [join(dirname(sst), "bin", "sst.mjs"), "install"], {
    cwd: root,
    encoding: "utf8",
    env: {
      ...environment,
      // The npm that SST starts runs on this Node, too.
      PATH: `${dirname(process.execPath)}${delimiter}${environment["PATH"] ?? ""}`,
      SST_STAGE: "local",
      SST_TELEMETRY_DISABLED: "1",
      // Neither Pulumi's engine nor bun is used here, and either would be downloaded from elsewhere.
      SST_SKIP_DEPENDENCY_CHECK: "1",
      SST_NO_BUN: "1",
    },
  });
  if (install.status !== 0 || !hasPlatform(root)) {
    const printed = `${install.stdout ?? ""}${install.stderr ?? ""}`.trim();
    throw new PlatformInstallError(
      `sst install left no platform behind:\n${printed || String(install.error ?? "it printed nothing")}`,
    );
  }
}
