// Plain JavaScript without dependencies: SST's command line loads this file by the machine's own Node, which may be Node 20.
import { fileURLToPath } from "node:url";

/** What a function would ship and never run, and what its bundle carries in the place of it. */
const REPLACEMENTS = [
  { path: /^@aws-sdk\/credential-provider-node$/, importer: /./, by: "./environment-credentials.ts" },
  { path: /^\.(\/lib)?\/(transport|multistream|redaction)$/, importer: /[\\/]pino[\\/]/, by: "./left-out-of-pino.cjs" },
  { path: /^\.\/lib\/caller$/, importer: /[\\/]pino[\\/]/, by: "./no-callers-in-pino.cjs" },
  {
    path: /^\.\/lib\/(re[qs]|err-with-cause)$/,
    importer: /[\\/]pino-std-serializers[\\/]/,
    by: "./left-out-of-pino.cjs",
  },
];

/** @type {import("esbuild").Plugin} */
const replacePackages = {
  name: "doorbell-replace-packages",
  setup(build) {
    // Only what may be replaced comes here, since the way from esbuild costs time; SST's bridge to plugins tests "undefined".
    build.onResolve(
      {
        filter:
          /credential-provider-node$|transport$|multistream$|redaction$|lib\/(caller|err-with-cause|re[qs])$|^undefined$/,
      },
      ({ path, importer }) => {
        const found = REPLACEMENTS.find((each) => each.path.test(path) && each.importer.test(importer));
        return found === undefined ? undefined : { path: fileURLToPath(new URL(found.by, import.meta.url)) };
      },
    );
  },
};

/** The plugins of every bundle; a list, since that is what SST's `nodejs.plugins` reads. */
export default [replacePackages];
