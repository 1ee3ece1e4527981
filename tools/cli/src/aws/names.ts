import * as v from "valibot";
import { CommandError } from "../command-error.ts";

const namesSchema = v.record(v.string(), v.string());

/** Names and URLs of an environment's resources, by the variables that `doorbell env` prints, such as `ORDERS_QUEUE_URL`. */
export type Names = Readonly<Record<string, string>>;

/**
 * Reads the names.
 *
 * @param source what they came from, for the message
 * @throws {CommandError} it holds something else
 */
export function readNames(value: unknown, source: string): Names {
  const parsed = v.safeParse(namesSchema, value);
  if (parsed.success) return parsed.output;
  throw new CommandError(`${source} is no JSON object of names.`);
}

/** The name under a variable. @throws {CommandError} the environment has none */
export function nameIn({ title, names }: { readonly title: string; readonly names: Names }, variable: string): string {
  const name = names[variable];
  if (name !== undefined) return name;
  throw new CommandError(`${title} does not name ${variable}: is it of another version of the project?`);
}
