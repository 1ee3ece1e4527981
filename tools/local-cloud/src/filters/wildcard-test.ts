import { refuse } from "./invalid-pattern.ts";

/**
 * The operand of `wildcard`: `*` stands for any characters or none, `\*` for an asterisk, `\\` for a backslash
 * (AWS: eb-create-pattern-operators). Takes time linear in the text, whatever the pattern.
 * @throws InvalidPattern
 */
export function wildcardTest(pattern: string, path: string): (text: string) => boolean {
  const [first = "", ...rest] = literalParts(pattern, path);
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let from = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, from);
      if (found === -1 || found + part.length > end) return false;
      from = found + part.length;
    }
    return true;
  };
}

/** What stands between the asterisks. */
function literalParts(pattern: string, path: string): string[] {
  const parts = [""];
  const append = (character: string) => parts.push((parts.pop() ?? "") + character);
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    // AWS counts the quote before the text.
    const position = at + 1;
    if (character === "*") {
      if (next === "*") refuse(path, `Consecutive wildcard characters at pos ${position}`, "one * at a place");
      parts.push("");
    } else if (character === "\\") {
      if (next !== "*" && next !== "\\")
        refuse(path, `Invalid escape character at pos ${position}`, String.raw`\* or \\ where a backslash stands`);
      append(next);
      at += 1;
    } else append(character);
  }
  return parts;
}
