import { build } from "esbuild";
import { expect, test } from "vitest";

const KB = 1024;

test.each([
  ["a queue's", 'export { parseSqsEvent } from "@doorbell/aws-events/sqs";'],
  ["a bucket's", 'export { parseS3Event } from "@doorbell/aws-events/s3";'],
  ["a stream's", 'export { parseStreamEvent } from "@doorbell/aws-events/dynamodb-stream";'],
  ["a topic's", 'export { parseSnsEvent } from "@doorbell/aws-events/sns";'],
  ["an event bus's", 'export { parseEventBridgeEvent } from "@doorbell/aws-events/event-bridge";'],
])("%s envelope costs at most 5 KB minified, and nothing of any other package", async (_, contents) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    absWorkingDir: import.meta.dirname,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
  });
  expect(outputFiles[0]?.contents.byteLength).toBeGreaterThan(KB);
  expect(outputFiles[0]?.contents.byteLength).toBeLessThanOrEqual(5 * KB);
  expect(Object.keys(metafile.inputs).filter((file) => file !== "<stdin>" && !/^[a-z0-9-]+\.ts$/.test(file))).toEqual(
    [],
  );
});
