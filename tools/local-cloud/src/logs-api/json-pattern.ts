import { wildcardTest } from "../filters/wildcard-test.ts";
import { invalidPattern } from "./logs-error.ts";

/** Whether a line of a log is one that was asked for. */
export type LineTest = (line: string) => boolean;

type Test = (json: unknown) => boolean;
type Path = readonly (string | number)[];

/** One word of a condition: a parenthesis, a connective, an operator, a selector, a quoted text, a bare word. */
const WORD =
  /\s*(?:([()])|(&&|\|\|)|(!=|<=|>=|=|<|>)|(\$(?:\.[\w-]+|\[\d+\]|\['[^']+'\]|\.\['[^']+'\])*(?![\w*[.]))|"((?:[^"\\]|\\.)*)"|([^\s()=!<>&|"{}]+))/y;
const STEP = /\.([\w-]+)|\[(\d+)\]|\.?\['([^']+)'\]/g;

interface Word {
  readonly kind: "paren" | "connective" | "operator" | "selector" | "quoted" | "bare";
  readonly text: string;
}

/**
 * Reads a condition on lines that are JSON: `{ $.level = "ERROR" && ($.ms > 100 || $.error EXISTS) }`. It has equality with texts (with
 * `*` for any characters) and numbers, order of numbers, `IS NULL`, `IS TRUE`, `IS FALSE`, `EXISTS`, `NOT EXISTS`; `&&` goes before `||`.
 * A field that is not there fits `NOT EXISTS` alone.
 *
 * @throws LogsError
 */
export function parseJsonPattern(pattern: string): LineTest {
  if (!pattern.endsWith("}")) throw invalidPattern("a condition on JSON ends with }.");
  const words = wordsOf(pattern.slice(1, -1).trim());
  let at = 0;
  const taken = (kind: Word["kind"], text?: string): Word | undefined => {
    const word = words[at];
    if (word?.kind !== kind || (text !== undefined && word.text.toUpperCase() !== text)) return undefined;
    at += 1;
    return word;
  };
  const unreadable = () => invalidPattern(`it does not read at "${words[at]?.text ?? "its end"}".`);

  function either(): Test {
    const tests = [both()];
    while (taken("connective", "||")) tests.push(both());
    return (json) => tests.some((test) => test(json));
  }
  function both(): Test {
    const tests = [one()];
    while (taken("connective", "&&")) tests.push(one());
    return (json) => tests.every((test) => test(json));
  }
  function one(): Test {
    if (taken("paren", "(")) {
      const test = either();
      if (!taken("paren", ")")) throw unreadable();
      return test;
    }
    const selector = taken("selector");
    if (selector === undefined) throw unreadable();
    const path = pathOf(selector.text);
    const operator = taken("operator");
    if (operator !== undefined) return comparison(path, operator.text);
    if (taken("bare", "EXISTS")) return (json) => valueAt(json, path) !== undefined;
    if (taken("bare", "NOT") && taken("bare", "EXISTS")) return (json) => valueAt(json, path) === undefined;
    if (!taken("bare", "IS")) throw unreadable();
    for (const [name, value] of [
      ["NULL", null],
      ["TRUE", true],
      ["FALSE", false],
    ] as const)
      if (taken("bare", name)) return (json) => valueAt(json, path) === value;
    throw unreadable();
  }
  function comparison(path: Path, operator: string): Test {
    const word = taken("quoted") ?? taken("bare");
    if (word === undefined) throw unreadable();
    if (word.kind === "bare" && word.text.startsWith("%"))
      throw invalidPattern("regular expressions (%…%) are not built in the local cloud.");
    const number = word.kind === "bare" ? Number(word.text) : Number.NaN;
    const isNumber = !Number.isNaN(number);
    if (!isNumber && !["=", "!="].includes(operator))
      throw invalidPattern(`${operator} compares numbers, and "${word.text}" is none.`);
    const equals = isNumber ? (value: unknown) => value === number : textTest(word.text);
    return (json) => {
      const value = valueAt(json, path);
      if (value === undefined) return false;
      if (operator === "=") return equals(value);
      if (operator === "!=") return !equals(value);
      if (typeof value !== "number") return false;
      return operator.startsWith("<")
        ? value < number || (operator === "<=" && value === number)
        : value > number || (operator === ">=" && value === number);
    };
  }

  const test = either();
  if (at < words.length) throw unreadable();
  return (line) => {
    const json = objectOf(line);
    return json !== undefined && test(json);
  };
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const at = WORD.lastIndex;
    const found = WORD.exec(text);
    if (found === null) {
      if (text.slice(at).trim() === "") break;
      throw invalidPattern(`it does not read at "${text.slice(at).trim()}".`);
    }
    const [, paren, connective, operator, selector, quoted, bare] = found;
    if (paren !== undefined) words.push({ kind: "paren", text: paren });
    else if (connective !== undefined) words.push({ kind: "connective", text: connective });
    else if (operator !== undefined) words.push({ kind: "operator", text: operator });
    else if (selector !== undefined) words.push({ kind: "selector", text: selector });
    else if (quoted !== undefined) words.push({ kind: "quoted", text: quoted.replaceAll(/\\(.)/g, "$1") });
    else words.push({ kind: "bare", text: bare ?? "" });
  }
  return words;
}

function pathOf(selector: string): Path {
  return [...selector.matchAll(STEP)].map(([, name, index, quoted]) => name ?? quoted ?? Number(index));
}

function valueAt(json: unknown, path: Path): unknown {
  let value = json;
  for (const step of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value) !== (typeof step === "number"))
      return undefined;
    value = Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
  }
  return value;
}

/** An asterisk stands for any characters or none; a backslash for itself. */
function textTest(pattern: string): (value: unknown) => boolean {
  const fits = wildcardTest(pattern.replaceAll("\\", "\\\\").replaceAll(/\*+/g, "*"), "");
  return (value) => typeof value === "string" && fits(value);
}

function objectOf(line: string): object | undefined {
  if (!line.trimStart().startsWith("{")) return undefined;
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === "object" && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
