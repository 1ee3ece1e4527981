import * as fc from "fast-check";

/** A place in a JSON value: the keys and indexes that lead there. */
export type JsonPath = readonly (string | number)[];

/** A copy of a JSON value with one place changed. */
export interface Mutant {
  readonly path: JsonPath;
  readonly value: unknown;
}

/** Stands for a field that is taken out. */
const REMOVED = Symbol("removed");

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { M: value };
  return value;
}

const WRONG_KINDS = [REMOVED, null, true, false, {}, [], [null], [[]], nested(3), nested(200), Array(5_000).fill(0)];
const NUMBERS = [0, -0, -1, 1.5, 1e308, 2 ** 53, 2 ** 53 + 2];
const TEXTS = [
  "",
  " ",
  "x",
  "%",
  "%FF",
  "a+b%20c",
  "__proto__",
  "\ud800",
  "a\u0000b",
  "\ufffe",
  "e\u0301",
  "x".repeat(70_000),
];
const TEXT_NUMBERS = ["0", "-0", "1e3", "007", "99999999999999999999", "NaN"];
const TIMES = ["1970-01-01T00:00:00Z", "2024-02-30", "2024-02-29", "2023-02-29T00:00:00Z", "2024-01-01T25:00:00Z"];
const ATTRIBUTES = [
  '{"S":"a"}',
  '{"N":"1"}',
  '{"N":1}',
  '{"S":"a","N":"1"}',
  '{"X":1}',
  '{"NULL":false}',
  '{"B":"AA=="}',
];
const ODD_KEYS = ['{"__proto__":{"type":"x"},"constructor":null}', '{"B":"?"}', '{"NULL":true}'];

/** Values that broke parsers: what is almost right, what is far too much, what JavaScript treats in its own way. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...WRONG_KINDS, ...NUMBERS),
  fc.constantFrom(...TEXTS, ...TEXT_NUMBERS, ...TIMES),
  fc.constantFrom(...ATTRIBUTES, ...ODD_KEYS).map((text): unknown => JSON.parse(text)),
);

/** Every place in a JSON value, the value itself left out. */
export function placesIn(value: unknown, path: JsonPath = []): JsonPath[] {
  const inside =
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, child]) =>
          placesIn(child, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : [];
  return path.length === 0 ? inside : [path, ...inside];
}

/** Near misses: what is almost the value that was there. Anything else takes a long time to find the edge of a rule. */
function nearMissesOf(old: unknown): fc.Arbitrary<unknown> {
  if (typeof old === "number")
    return fc.constantFrom<unknown>(-old, -old - 1, -1, old + 0.5, old + 1, old * 1e300, String(old));
  if (typeof old !== "string") return hostile;
  const ends = [
    `-${old}`,
    `+${old}`,
    `0${old}`,
    `${old}0`,
    ` ${old}`,
    `${old} `,
    `${old}\n`,
    `${old}=`,
    `${old}%`,
    `${old}.5`,
  ];
  const middles = [
    old.slice(1),
    old.slice(0, -1),
    old + old,
    old.toUpperCase(),
    old.replace(/\d/, "x"),
    old.replace(/\d/, "9"),
  ];
  return fc.constantFrom<unknown>(...ends, ...middles, old.replaceAll(/\d/g, "-"), old.replace("-", ""), Number(old));
}

/** Mutants of a JSON value: one place anywhere replaced, changed a little, taken out, or given one more field. */
export function mutantsOf(original: unknown): fc.Arbitrary<Mutant> {
  return fc.tuple(fc.constantFrom(...placesIn(original)), fc.nat(9)).chain(([path, choice]) => {
    const place = choice === 0 ? [...path.slice(0, -1), "AddedLater"] : path;
    const replacement =
      choice < 4 ? fc.oneof(hostile, fc.jsonValue({ maxDepth: 3 })) : nearMissesOf(valueAt(original, path));
    return replacement.map((value) => ({ path: place, value: replaced(original, place, value) }));
  });
}

function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>(
    (inner, key) => Object.entries(inner ?? {}).find(([name]) => name === String(key))?.[1],
    value,
  );
}

function replaced(value: unknown, [key, ...rest]: JsonPath, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  if (Array.isArray(value)) {
    if (typeof key !== "number") return value;
    const inner = replaced(value[key], rest, replacement);
    return inner === REMOVED ? value.toSpliced(key, 1) : value.with(key, inner);
  }
  const entries = Object.entries(value ?? {}).filter(([name]) => name !== key);
  const old = Object.entries(value ?? {}).find(([name]) => name === key)?.[1];
  const inner = replaced(old, rest, replacement);
  return Object.fromEntries(inner === REMOVED ? entries : [...entries, [key, inner]]);
}

/** JSON text that is almost the text of `value`: cut, with keys twice, with a stretch in another place, with odd escapes. */
export function brokenTextOf(value: unknown): fc.Arbitrary<string> {
  const text = JSON.stringify(value);
  const at = fc.nat(text.length);
  const snippet = fc.constantFrom(
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "\\ud800",
    "\u0000",
    '"type":1,',
    "1e999",
    "[".repeat(5_000),
    "é",
  );
  return fc.oneof(
    at.map((end) => text.slice(0, end)),
    fc.tuple(at, snippet).map(([start, extra]) => text.slice(0, start) + extra + text.slice(start)),
    fc.tuple(at, at, at).map(([start, end, to]) => text.slice(0, to) + text.slice(start, end) + text.slice(to)),
    fc.constant(text.replaceAll(/"(\w+)":/g, '"$1":null,"$1":')),
    fc.constant(text.replaceAll(/"(\w+)":/g, '"__proto__":{"$1":1},"$1":')),
  );
}
