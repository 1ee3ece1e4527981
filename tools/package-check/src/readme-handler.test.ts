import { expect, test } from "vitest";
import { PUBLISHED } from "./published-packages.ts";
import { handlerIn, readmeHandler } from "./readme-handler.ts";

test.each(PUBLISHED)("the README of %s shows one complete handler", (name) => {
  expect(readmeHandler(name)).toMatch(/^import /);
});

test("the handler is the block that exports one; none or two are refused", () => {
  const block = (code: string) => `\`\`\`ts\n${code}\n\`\`\`\n`;
  const handler = "export const handler = () => 1;";
  expect(handlerIn("a", `# A\n${block("const a = 1;")}text\n${block(handler)}`)).toBe(`${handler}\n`);
  const part = `import { env } from "./env.ts";\n${handler}`;
  expect(handlerIn("a", block(part) + block(handler))).toBe(`${handler}\n`);
  expect(() => handlerIn("a", block("const a = 1;"))).toThrow("0 blocks");
  expect(() => handlerIn("a", block(handler) + block(handler))).toThrow("2 blocks");
});
