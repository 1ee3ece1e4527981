import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { functionNamed, startLambda, until, type LambdaFixture } from "../../../test/lambda-fixture.ts";

const answering = (answer: string) => `export const answer = "${answer}";`;
const SOURCES = {
  answer: answering("old"),
  asked: `
    import { answer } from "./answer.ts";
    export const handler = async ({ ms = 0 }: { ms?: number }) => {
      console.log("running");
      await new Promise((done) => setTimeout(done, ms));
      return answer;
    };`,
};

let root: string;
let fixture: LambdaFixture;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "doorbell-reload-"));
  fixture = await startLambda(SOURCES, [functionNamed("asked")], { root, watch: true });
});
afterEach(async () => {
  await fixture.stop();
  rmSync(root, { recursive: true, force: true });
});

const ask = async (ms = 0): Promise<unknown> =>
  JSON.parse((await fixture.lambda.invoke("asked", `{"ms":${ms}}`)).payload);
const logged = (text: string): number => fixture.lambda.logs("asked").filter(({ line }) => line.includes(text)).length;
const save = (source: string): void => writeFileSync(join(root, "answer.ts"), source);

// How soon is measured by bench/local-cloud.
test("a change of an imported file is run", async () => {
  expect(await ask()).toBe("old");
  save(answering("new"));
  await until(() => logged("The code has changed: new environments run it") === 1);
  expect(await ask()).toBe("new");
});

test("what is in flight ends with the old code, and its environment is retired", async () => {
  const inFlight = ask(700);
  await until(() => logged("running") === 1);
  save(answering("new"));
  await until(() => logged("new environments run it") === 1);
  expect(await ask()).toBe("new");
  expect(fixture.lambda.status()[0]).toMatchObject({ running: 1, environments: 2 });
  expect(await inFlight).toBe("old");
  await until(() => fixture.lambda.status()[0]?.environments === 1);
  expect(await ask()).toBe("new");
});

test("code that does not parse is shown once with its line, and the old code stays", async () => {
  await ask();
  save("\nexport const answer = ;");
  await until(() => logged("cannot be bundled; the old one stays") === 1);
  expect(logged("answer.ts:2: ")).toBe(1);
  writeFileSync(join(root, "unrelated.txt"), "");
  expect(await ask()).toBe("old");
  save(answering("mended"));
  await until(() => logged("new environments run it") === 1);
  expect(await ask()).toBe("mended");
  expect(logged("cannot be bundled")).toBe(1);
});

test("a file that is new to the code is followed, too", async () => {
  writeFileSync(join(root, "word.ts"), `export const word = "one";`);
  save(`export { word as answer } from "./word.ts";`);
  await until(() => logged("new environments run it") >= 1);
  expect(await ask()).toBe("one");
  writeFileSync(join(root, "word.ts"), `export const word = "two";`);
  await until(() => logged("new environments run it") >= 2);
  expect(await ask()).toBe("two");
});
