import type { Answers } from "./answers.ts";

/** The text of a list is not what a generator can add to; the message says which and what was looked for. */
class UnknownList extends Error {
  readonly code = "UNKNOWN_LIST";
}

/** `infra/services.ts` with one service more, in its place by name. */
export function withService(text: string, { name, owner, eventSource, answers, failures }: Answers): string {
  const entry = `  {
    name: "${name}",
    owner: "${owner}",
    file: "${name}.ts",
    eventSource: "${eventSource}",
    answers: "${answers}",
    failures: "${failures}",
  },
`;
  const [, before = "", entries = "", after = ""] =
    /^([^]*export const services = \[\n)((?: {2}\{\n(?: {4}.*\n)+ {2}\},\n)+)(\][^]*)$/.exec(text) ?? [];
  if (entries === "") throw new UnknownList("infra/services.ts has no list of services: export const services = [ … ]");
  return (
    before +
    sorted(
      [...entries.matchAll(/ {2}\{\n(?: {4}.*\n)+ {2}\},\n/g)].map(([each]) => each),
      entry,
    ) +
    after
  );
}

/** `infra/names.ts` with the names of one service more. */
export function withName(text: string, { name, variable }: Answers): string {
  const imports = text.match(/^import \{ names as .*\n/gm) ?? [];
  const spreads = text.match(/^ {2}\.\.\.\w+,\n/gm) ?? [];
  if (imports.length === 0 || spreads.length === 0)
    throw new UnknownList('infra/names.ts has no "import { names as …" or no "…," in its list of names');
  return text
    .replace(imports.join(""), sorted(imports, `import { names as ${variable} } from "./${name}.ts";\n`, /"(.*)"/))
    .replace(spreads.join(""), sorted(spreads, `  ...${variable},\n`));
}

/** `CODEOWNERS` with the app and the infrastructure of one service more. */
export function withCodeOwner(text: string, { name, owner }: Answers): string {
  const pairs = [...text.matchAll(/^\/apps\/.*\n\/infra\/.*\n/gm)].map(([pair]) => pair);
  if (pairs.length === 0) throw new UnknownList("CODEOWNERS has no two lines of a service: /apps/… and /infra/…");
  const line = (path: string) => `${path.padEnd(23)} ${owner}\n`;
  return text.replace(pairs.join(""), sorted(pairs, line(`/apps/${name}/`) + line(`/infra/${name}.ts`)));
}

/** The parts and one more, sorted by what `key` finds in them. */
function sorted(parts: readonly string[], more: string, key = /[^]*/): string {
  const keyOf = (part: string) => key.exec(part)?.[1] ?? part;
  return [...parts, more].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).join("");
}
