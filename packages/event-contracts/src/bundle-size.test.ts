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

test("S3 events and business events cost at most 12 KB together", async () => {
  const source =
    'export { parseS3Event } from "@doorbell/aws-events/s3"; export { parseBusinessEvent } from "./business-event.ts";';
  const size = Buffer.byteLength(await bundle(source));
  expect(size).toBeGreaterThan(4 * KB);
  expect(size).toBeLessThanOrEqual(12 * KB);
});

test.each([
  ["a queue's", 'export { parseSqsEvent } from "@doorbell/aws-events/sqs";'],
  ["a bucket's", 'export { parseS3Event } from "@doorbell/aws-events/s3";'],
  ["a stream's", 'export { parseStreamEvent } from "@doorbell/aws-events/dynamodb-stream";'],
  ["a topic's", 'export { parseSnsEvent } from "@doorbell/aws-events/sns";'],
  ["an event bus's", 'export { parseEventBridgeEvent } from "@doorbell/aws-events/event-bridge";'],
])("%s envelope costs at most 5 KB, and no schema library", async (_, source) => {
  const text = await bundle(source);
  expect(text).not.toContain("valibot");
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(5 * KB);
});
