import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const KB = 1024;

/** What one service loads of this package, minified, valibot included. */
async function bundle(source: string): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
  });
  return result.outputFiles[0]?.text ?? "";
}

test("S3 events and business events cost at most 13 KB together", async () => {
  const source = 'export { parseS3Event } from "./s3.ts"; export { parseBusinessEvent } from "./business-event.ts";';
  const size = Buffer.byteLength(await bundle(source));
  expect(size).toBeGreaterThan(4 * KB);
  expect(size).toBeLessThanOrEqual(13 * KB);
});

test.each([
  ["a queue's", 'export { parseSqsEvent } from "./sqs.ts";'],
  ["a bucket's", 'export { parseS3Event } from "./s3.ts";'],
  ["a stream's", 'export { parseStreamEvent } from "./dynamodb-stream.ts";'],
  ["a topic's", 'export { parseSnsEvent } from "./sns.ts";'],
  ["an event bus's", 'export { parseEventBridgeEvent } from "./event-bridge.ts";'],
])("%s envelope costs at most 5 KB, and no schema library", async (_, source) => {
  const text = await bundle(source);
  expect(text).not.toContain("valibot");
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(5 * KB);
});
