import { fileURLToPath } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";

/** What a function would ship and never run, and what its bundle carries in the place of it. */
const REPLACEMENTS = [
  { path: /^@aws-sdk\/credential-provider-node$/, importer: /./, by: "./environment-credentials.ts" },
  { path: /^\.(\/lib)?\/(transport|multistream)$/, importer: /[\\/]pino[\\/]/, by: "./left-out-of-pino.cjs" },
  { path: /^\.\/lib\/re[qs]$/, importer: /[\\/]pino-std-serializers[\\/]/, by: "./left-out-of-pino.cjs" },
];

const replacePackages: Plugin = {
  name: "doorbell-replace-packages",
  setup(build) {
    // Only what may be replaced comes here, since the way from esbuild costs time; SST's bridge to plugins tests "undefined".
    build.onResolve(
      { filter: /credential-provider-node$|transport$|multistream$|lib\/re[qs]$|^undefined$/ },
      ({ path, importer }) => {
        const found = REPLACEMENTS.find((each) => each.path.test(path) && each.importer.test(importer));
        return found === undefined ? undefined : { path: fileURLToPath(import.meta.resolve(found.by)) };
      },
    );
  },
};

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
  plugins: [replacePackages],
} satisfies BuildOptions;

/** For SST, whose `nodejs.plugins` names a module that exports a list. */
export default serviceBundle.plugins;
