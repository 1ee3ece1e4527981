import type { BuildOptions } from "esbuild";
import plugins from "./replace-packages.mjs";

/**
 * How a service is bundled, wherever that happens: by `pnpm build`, by the local cloud, by the tests of its size, and, as
 * far as SST lets one say, by SST. The rest of these options are the ones that SST 4.17 bundles with.
 */
export const serviceBundle = {
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  keepNames: true,
  legalComments: "none",
  // pino and others are CommonJS and call require(), which an ES module has not.
  banner: {
    js: 'import { createRequire as doorbellRequire } from "node:module"; const require = doorbellRequire(import.meta.url);',
  },
  plugins,
} satisfies BuildOptions;
