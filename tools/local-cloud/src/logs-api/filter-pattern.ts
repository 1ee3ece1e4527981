import { parseJsonPattern, type LineTest } from "./json-pattern.ts";
import { invalidPattern } from "./logs-error.ts";

const TERM = /(-|\?)?(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))\s*/y;

/**
 * Reads a filter pattern: terms that all have to be there (`ERROR timeout`, `"two words"`), of which one has to be (`?ERROR ?WARN`),
 * that must not be (`-DEBUG`), or a condition on JSON (`{ $.level = "ERROR" }`). Terms are texts that a line contains, upper and lower
 * case apart. (AWS page: "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail".)
 *
 * @throws LogsError for patterns that are malformed, and for what is not built here: space-delimited ones, regular expressions
 */
export function parseFilterPattern(pattern: string): LineTest {
  const text = pattern.trim();
  if (text.startsWith("{")) return parseJsonPattern(text);
  if (text.startsWith("["))
    throw invalidPattern("patterns of space-delimited fields ([a, b]) are not built in the local cloud.");
  const groups: Record<"all" | "any" | "none", string[]> = { all: [], any: [], none: [] };
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const at = TERM.lastIndex;
    const [, sign, quoted, bare] = TERM.exec(text) ?? [];
    const term = quoted?.replaceAll(/\\(.)/g, "$1") ?? bare;
    if (term === undefined) throw invalidPattern(`it does not read at "${text.slice(at)}".`);
    if (bare !== undefined && /^%.*%$/.test(bare))
      throw invalidPattern("regular expressions (%…%) are not built in the local cloud.");
    if (bare !== undefined && !/^\w+$/.test(bare))
      throw invalidPattern(
        `"${bare}" has other characters than letters, digits and underscores: put it in double quotes.`,
      );
    groups[sign === "?" ? "any" : sign === "-" ? "none" : "all"].push(term);
  }
  const { all, any, none } = groups;
  if (any.length > 0 && all.length + none.length > 0)
    throw invalidPattern("terms with a question mark cannot be combined with others.");
  return (line) =>
    all.every((term) => line.includes(term)) &&
    (any.length === 0 || any.some((term) => line.includes(term))) &&
    !none.some((term) => line.includes(term));
}
