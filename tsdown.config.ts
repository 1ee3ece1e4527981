import { readFileSync } from "node:fs";
import { defineConfig } from "tsdown";

const manifest: { exports: Record<string, string> } = JSON.parse(readFileSync("package.json", "utf8"));

/** How a package is built for publishing, from its own folder: each of its `exports` as ESM with its types. */
export default defineConfig({
  // Relative paths are those of the package, not of this file.
  cwd: process.cwd(),
  entry: Object.values(manifest.exports).filter((file) => file.startsWith("./src/")),
  platform: "node",
  target: "node22",
  fixedExtension: false,
  dts: true,
  logLevel: "warn",
});
