import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whether `aws` is there: a client that knows nothing of this repository. Tests that need it are skipped where it is not. */
export const hasAwsCli = spawnSync("aws", ["--version"]).status === 0;

/** The AWS CLI with nothing but what `doorbell env` exports. Rejects on an exit status other than 0. */
export function awsCli(
  environment: Readonly<Record<string, string>>,
): (service: string, command: string, options?: Readonly<Record<string, string | object>>) => Promise<unknown> {
  const { PATH = "", HOME = "" } = process.env;
  const noConfiguration = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null", AWS_PAGER: "" };
  const env = { PATH, HOME, ...noConfiguration, ...environment };
  return async (service, command, options = {}) => {
    const given = Object.entries(options).flatMap(([name, value]) => [
      `--${name}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const { stdout } = await run("aws", [service, command, ...given, "--output", "json"], { env });
    return stdout === "" ? undefined : JSON.parse(stdout);
  };
}
