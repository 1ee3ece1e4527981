import { fileURLToPath } from "node:url";
import { serviceBundle } from "@doorbell/bundling/service-bundle";
import { build } from "esbuild";
import { expect, it } from "vitest";

/** Budgets, since a bundle is read and compiled at every cold start: half of the peer's, and what is ours of it. */
const WITH_SDK_BYTES = 441_000;
const WITHOUT_SDK_BYTES = 100_000;

async function bundleBytes(external: string[]): Promise<number> {
  const { outputFiles } = await build({
    ...serviceBundle,
    entryPoints: [fileURLToPath(import.meta.resolve("./handler.ts"))],
    minify: true,
    external,
    write: false,
  });
  return outputFiles.reduce((sum, { contents }) => sum + contents.byteLength, 0);
}

it("fits its budget with the SDK in", async () => {
  const bytes = await bundleBytes([]);
  expect(bytes).toBeLessThan(WITH_SDK_BYTES);
}, 30_000);

it("fits its budget without the SDK, which must be most of it", async () => {
  const bytes = await bundleBytes(["@aws-sdk/*", "@smithy/*"]);
  expect(bytes).toBeLessThan(WITHOUT_SDK_BYTES);
}, 30_000);
