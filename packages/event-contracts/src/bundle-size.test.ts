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

test("S3 events and business events cost at most 12.5 KB together", async () => {
  const source =
    'export { parseS3Event } from "@doorbell/aws-events/s3"; export { parseBusinessEvent } from "./business-event.ts";';
  const size = Buffer.byteLength(await bundle(source));
  expect(size).toBeGreaterThan(4 * KB);
  expect(size).toBeLessThanOrEqual(12.5 * KB);
});
