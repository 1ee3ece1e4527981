import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { brokenTextOf, type JsonPath, mutantsOf } from "./mutations.ts";

/** Something that must hold for every input that the generator makes. */
export interface FuzzTarget {
  readonly name: string;
  readonly property: fc.IRawProperty<unknown>;
}

/** What a parser answers: a value, or issues, each with the path where something is wrong. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly { readonly path: string }[] };

/** The most issues that an answer may have. */
const MAX_ISSUES = 50;

/** Each mutant of `value` is read as `expected` says, or refused with an issue where the mutation is. */
export function readsMutants(
  name: string,
  value: object,
  parse: (mutant: unknown) => Answer,
  expected: (mutant: unknown) => unknown,
): FuzzTarget {
  return {
    name,
    property: fc.property(mutantsOf(value), (mutant) => {
      demandRight(parse(mutant.value), expected(mutant.value), [mutant.path]);
    }),
  };
}

/** No text that is almost the text of `value` makes the parser throw, and each gets one answer. */
export function neverThrows(name: string, value: unknown, parse: (text: string) => unknown): FuzzTarget {
  return {
    name,
    property: fc.property(brokenTextOf(value), (text) => {
      const first = parse(text);
      demand(isDeepStrictEqual(first, parse(text)), "two answers to one text", first);
    }),
  };
}

/**
 * The answer is right: the `expected` value, or, where that is undefined, issues of which one is at one of the `places`.
 * @throws Error that says what is wrong, with the facts
 */
export function demandRight(answer: Answer | undefined, expected: unknown, places: readonly JsonPath[]): void {
  if (answer === undefined) throw new Error("no answer");
  if (answer.ok) {
    demand(expected !== undefined, "was read and should have been refused", answer.value);
    demand(isDeepStrictEqual(answer.value, expected), "was read as something else", { value: answer.value, expected });
    return;
  }
  const { issues } = answer;
  demand(expected === undefined, "was refused and should have been read", issues);
  demand(issues.length > 0 && issues.length <= MAX_ISSUES, "no issue, or too many", issues.length);
  const paths = places.map(written);
  demand(
    issues.some((issue) => paths.some((path) => touches(issue.path, path))),
    `no issue at ${paths[0]}`,
    issues,
  );
}

/** @throws Error with the complaint and the facts where the condition does not hold */
export function demand(condition: boolean, complaint: string, facts: unknown): asserts condition {
  if (!condition) throw new Error(`${complaint}: ${JSON.stringify(facts)?.slice(0, 2_000)}`);
}

/** One of the two leads to the other. Long paths are cut. */
function touches(a: string, b: string): boolean {
  const [left, right] = [a.replace(/…$/, ""), b];
  return left.startsWith(right) || right.startsWith(left);
}

function written(path: JsonPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (!/^[A-Za-z_$][\w$]{0,63}$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}
