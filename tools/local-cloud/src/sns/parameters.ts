import { invalidParameter } from "./sns-error.ts";

/** Parameters of AWS's query protocol, such as `Tags.member.1.Key=a`, or those below one of their names. */
export interface Parameters {
  /** The value of a name, empty where it was given empty. */
  get(name: string): string | undefined;
  /** The members of a list such as `Tags.member`, by the numbers that they were given. */
  list(name: string): Parameters[];
  /** A list of names and values such as `Attributes.entry`, whose members have `key` and `value`. */
  pairs(name: string, keys?: readonly [key: string, value: string]): Map<string, string>;
}

const KEY_AND_VALUE = ["key", "value"] as const;

/** Reads parameters as they stand in a form; of two with one name the last counts. */
export function readParameters(entries: Iterable<readonly [string, string]>): Parameters {
  const values = new Map(entries);
  return {
    get: (name) => values.get(name),
    list(name) {
      const prefix = `${name}.`;
      const members = new Map<number, [string, string][]>();
      for (const [key, value] of values) {
        if (!key.startsWith(prefix)) continue;
        const [, digits = "", rest = ""] = /^(\d+)\.?(.*)$/s.exec(key.slice(prefix.length)) ?? [];
        if (digits === "") continue;
        const member = members.get(Number(digits)) ?? [];
        member.push([rest, value]);
        members.set(Number(digits), member);
      }
      return [...members].toSorted(([a], [b]) => a - b).map(([, member]) => readParameters(member));
    },
    pairs(name, [key, value] = KEY_AND_VALUE) {
      const members = this.list(name).map((member) => [member.get(key) ?? "", member.get(value) ?? ""] as const);
      const pairs = new Map(members);
      if (pairs.size < members.length) throw invalidParameter("Duplicated keys are not allowed.");
      return pairs;
    },
  };
}

/** @throws SnsError where the parameter was not given */
export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw invalidParameter(`${name} Reason: no value for required parameter`);
  return value;
}

/**
 * The ARN in a parameter, of this region (recorded messages).
 * @throws SnsError
 */
export function requiredArn(parameters: Parameters, name: string, region: string): string {
  const arn = required(parameters, name);
  const { length, 3: itsRegion } = arn.split(":");
  if (length < 6) throw invalidParameter(`${name} Reason: An ARN must have at least 6 elements, not ${length}`);
  if (itsRegion !== region) throw invalidParameter(name);
  return arn;
}
