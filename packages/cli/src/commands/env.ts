import * as v from "valibot";
import { findCloud } from "../running-cloud.ts";

const environmentSchema = v.record(v.string(), v.string());

/** `doorbell env`: the running local cloud's endpoint, region, dummy credentials and resource names, as lines for a POSIX shell. */
export async function env(options: { readonly port?: number; readonly json?: boolean }): Promise<void> {
  const environment = v.parse(environmentSchema, await findCloud(options).read("/_doorbell/environment"));
  process.stdout.write(options.json ? `${JSON.stringify(environment, null, 2)}\n` : exportLines(environment));
}

/** One `export NAME='value'` a line, quoted so that `eval` takes any value as it is. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join("");
}
