import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "tsdown";
import common from "../../tsdown.config.ts";
import manifest from "./package.json" with { type: "json" };

/**
 * As the sources lie, module for module: programs that run in processes of their own are found beside the code that starts them.
 *
 * fauxqs is carried along in one file, with our patch in it, since a published package cannot patch its dependencies; its licence
 * (MIT) lies beside it.
 */
export default defineConfig([
  {
    ...common,
    entry: Object.values(manifest.publishConfig.exports).map((file) => file.replace(/^\.\/dist(.*)\.js$/, "src$1.ts")),
    unbundle: true,
    clean: true,
    copy: [
      { from: "src/lambda/environment/*.mjs", to: "dist/lambda/environment" },
      { from: "src/faults/*.mjs", to: "dist/faults" },
    ],
    plugins: [
      { name: "carried", resolveId: (name) => (name === "fauxqs" ? { id: "#fauxqs", external: true } : undefined) },
    ],
  },
  {
    ...common,
    entry: { "carried/fauxqs": "carried-fauxqs.ts" },
    clean: false,
    dts: false,
    deps: { alwaysBundle: [/^(?:fauxqs|toad-cache)$/] },
    hooks: {
      "build:done": async () => {
        const folder = fileURLToPath(new URL(".", import.meta.resolve("fauxqs")));
        await copyFile(join(folder, "..", "LICENSE"), "dist/carried/fauxqs.LICENSE");
      },
    },
  },
]);
