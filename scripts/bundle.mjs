// Bundles the service in the current folder as it is deployed: dist/handler.mjs, minified ESM with the SDK in.
import { build } from "esbuild";
import { serviceBundle } from "../packages/bundling/src/service-bundle.ts";

await build({
  ...serviceBundle,
  entryPoints: ["src/handler.ts"],
  outfile: "dist/handler.mjs",
  minify: true,
  sourcemap: "linked",
  logLevel: "warning",
});
