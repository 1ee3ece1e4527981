// Bundles the service in the current folder as it is deployed, minified ESM with the SDK in: into dist/handler.mjs, or the file named.
import { build } from "esbuild";
import { serviceBundle } from "../tools/bundling/src/service-bundle.ts";

await build({
  ...serviceBundle,
  entryPoints: ["src/handler.ts"],
  outfile: process.argv[2] ?? "dist/handler.mjs",
  minify: true,
  sourcemap: "linked",
  logLevel: "warning",
});
