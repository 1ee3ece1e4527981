import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LambdaServiceOptions } from "../src/lambda/lambda-options.ts";

/** Where `scripts/install-ric.mjs` installs AWS's runtime client. */
const RIC = join(import.meta.dirname, "../.ric", "node_modules", "aws-lambda-ric", "index.mjs");

/** For tests: this package's runtime loop, and AWS's own runtime client where it is installed. Both must behave the same. */
export function installedRuntimes(): { name: string; overrides: Partial<LambdaServiceOptions> }[] {
  const own = { name: "this package's runtime loop", overrides: {} };
  const awsRuntime = [process.execPath, "--enable-source-maps", RIC];
  return existsSync(RIC) ? [own, { name: "aws-lambda-ric", overrides: { runtime: awsRuntime } }] : [own];
}
