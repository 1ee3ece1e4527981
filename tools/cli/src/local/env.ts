import * as v from "valibot";
import { CommandError } from "../command-error.ts";
import { findCloud } from "../running-cloud.ts";

const environmentSchema = v.record(v.string(), v.string());

/**
 * `doorbell env`: the running local cloud's endpoint, region, dummy credentials and resource names, as lines for a POSIX shell. Where
 * there is none, the lines still name the endpoint, so that what comes next reaches nothing instead of AWS, and end with `false`,
 * which makes an `eval` of them fail.
 *
 * @throws {CommandError} no local cloud answers there
 */
export async function env(options: { readonly port?: number; readonly json?: boolean }): Promise<void> {
  const known: { AWS_ENDPOINT_URL?: string } = {};
  try {
    const cloud = findCloud(options);
    known.AWS_ENDPOINT_URL = cloud.endpoint;
    const answer = v.safeParse(environmentSchema, await cloud.read("/_doorbell/environment"));
    if (!answer.success) throw new CommandError(`${cloud.endpoint} gave an answer that is no environment.`);
    const { output } = answer;
    process.stdout.write(options.json ? `${JSON.stringify(output, null, 2)}\n` : exportLines(output));
  } catch (error) {
    if (!options.json) process.stdout.write(`${exportLines(known)}false\n`);
    throw error;
  }
}

/** One `export NAME='value'` a line, quoted so that `eval` takes any value as it is. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`)
    .join("");
}

/** A text as one word of a POSIX shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
