import { type Command, InvalidArgumentError, Option } from "commander";
import { parseSince } from "./operate/failures/selection.ts";
import { defaultPort } from "./running-cloud.ts";

/** `--port`: the local cloud that a command speaks to. */
export function portOption(): Option {
  const text = `port of the local cloud (default: that of AWS_ENDPOINT_URL, else ${defaultPort})`;
  return new Option("--port <port>", text).argParser(portNumber);
}

/** `--json` */
export function jsonOption(): Option {
  return new Option("--json", "print JSON for programs");
}

/** The options of a command that works on the local cloud and on a deployed stage alike (`EnvironmentOptions`). */
export function withEnvironmentOptions(command: Command): Command {
  return command
    .addOption(portOption())
    .option("--stage <stage>", "speak to this stage on AWS instead of the local cloud")
    .option("--profile <profile>", "profile of the AWS configuration, with --stage")
    .option("--region <region>", "AWS region, with --stage");
}

/** Parses a port. @throws {InvalidArgumentError} */
export function portNumber(text: string): number {
  return wholeNumber(text, 0, 65_535, "a port, 0 to 65535");
}

/** Parses a number above 0. @throws {InvalidArgumentError} */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("expected a number above 0.");
  return value;
}

/** Parses a whole number. @throws {InvalidArgumentError} it is none, or outside of the limits; the message names `expected` */
export function wholeNumber(text: string, least: number, most: number, expected: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`expected ${expected}.`);
  return value;
}

/** Parses a time to look back to. @throws {InvalidArgumentError} */
export function sinceTime(text: string): number {
  const time = parseSince(text, Date.now());
  if (time === undefined)
    throw new InvalidArgumentError("expected 30m, 2h, 3d or a time such as 2026-01-31T12:00:00Z.");
  return time;
}
