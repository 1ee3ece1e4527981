import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./published-packages.ts";

/** A README has no handler, or more than one. */
export class NoHandler extends Error {
  override readonly name = "NoHandler";
  readonly code = "NO_HANDLER";

  constructor(name: string, count: number) {
    super(`packages/${name}/README.md has ${count} blocks of TypeScript with a handler; it should have one`);
  }
}

/** The complete handler that the README of a package shows. @throws NoHandler */
export function readmeHandler(name: string): string {
  return handlerIn(name, readFileSync(join(root, "packages", name, "README.md"), "utf8"));
}

/** The block of TypeScript in a README that exports a handler and needs no other file of its service. @throws NoHandler */
export function handlerIn(name: string, readme: string): string {
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const [handler, ...others] = blocks.filter(
    (code) => code.includes("export const handler") && !code.includes(' from "./'),
  );
  if (handler === undefined || others.length > 0)
    throw new NoHandler(name, handler === undefined ? 0 : others.length + 1);
  return handler;
}
