import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type OnResolveOptions, type PluginBuild } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import plugins from "./replace-packages.mjs";
import { serviceBundle } from "./service-bundle.ts";

// Not beside the sources, which other checks look through at the same time.
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorbell-bundling-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The exports of a bundled module, whose imports are found as those of this test are. */
async function bundled(name: string, contents: string): Promise<{ run: () => unknown; inputs: string[] }> {
  const outfile = join(folder, `${name}.mjs`);
  const { metafile } = await build({
    ...serviceBundle,
    stdin: { contents, resolveDir: import.meta.dirname },
    outfile,
    metafile: true,
  });
  const loaded: { run: () => unknown } = await import(outfile);
  return { run: loaded.run, inputs: Object.keys(metafile.inputs) };
}

describe("A service's bundle", () => {
  it("takes credentials from the environment and holds no other provider of them", async () => {
    const { run, inputs } = await bundled(
      "credentials",
      `import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
       export const run = () => new DynamoDBClient({ region: "eu-central-2" }).config.credentials();`,
    );
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" });
    try {
      expect(await run()).toMatchObject({ accessKeyId: "key", secretAccessKey: "secret" });
    } finally {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    }
    expect(inputs.some((file) => file.includes("credential-provider-env"))).toBe(true);
    expect(
      inputs.filter((file) => /credential-provider-(node|ini|sso|http|process)|token-providers/.test(file)),
    ).toEqual([]);
  });

  it("logs through pino, and says so where a transport or pino's own redaction is asked for", async () => {
    const { run, inputs } = await bundled(
      "logging",
      `import { pino } from "pino";
       export const run = () => {
         const lines = [];
         pino({}, { write: (line) => lines.push(JSON.parse(line).msg) }).info("hello");
         for (const options of [{ transport: { target: "pino/file" } }, { redact: ["password"] }])
           try { pino(options); } catch (error) { lines.push(error.code); }
         return lines;
       };`,
    );
    expect(run()).toEqual(["hello", "LEFT_OUT_OF_PINO", "LEFT_OUT_OF_PINO"]);
    expect(
      inputs.filter((file) =>
        /thread-stream|redact|pino\/lib\/caller|pino-std-serializers\/lib\/(re[qs]|err-with-cause)/.test(file),
      ),
    ).toEqual([]);
  });

  it("gives SST its plugins in the form that SST's bridge reads", async () => {
    // .sst/platform/functions/nodejs-runtime/plugin.mjs knows `onResolve` alone and tests each filter against `undefined`.
    const filters: RegExp[] = [];
    const watched = plugins.map((plugin) => ({
      name: plugin.name,
      setup: (all: PluginBuild) =>
        plugin.setup({ ...all, onResolve: ({ filter }: OnResolveOptions) => void filters.push(filter) }),
    }));
    await build({ stdin: { contents: "" }, write: false, plugins: watched });
    expect(filters).toHaveLength(1);
    expect(filters.filter((filter) => !filter.test(String(undefined)))).toEqual([]);
  });
});
