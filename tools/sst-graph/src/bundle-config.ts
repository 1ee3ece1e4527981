import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type Plugin, build } from "esbuild";

/**
 * Bundles `sst.config.ts` with SST's own components into one module, as SST's command line does before it hands the module to
 * Pulumi: the files of the project see the globals `sst`, `aws` and `$…`, and the platform's packages stay outside.
 *
 * @param root the folder of `sst.config.ts` and `.sst/platform`
 * @param outfile must lie inside `.sst/platform`, from where the platform's packages are found
 */
export async function bundleConfig(root: string, outfile: string): Promise<void> {
  const platform = join(root, ".sst", "platform");
  await build({
    absWorkingDir: root,
    stdin: {
      contents: [
        `export { default as config } from ${JSON.stringify(join(root, "sst.config.ts"))};`,
        `export { run } from ${JSON.stringify(join(platform, "src/auto/run.ts"))};`,
        `export * as pulumi from "@pulumi/pulumi";`,
        `export { leakedPromises } from "@pulumi/pulumi/runtime/debuggable.js";`,
      ].join("\n"),
      resolveDir: platform,
    },
    bundle: true,
    outfile,
    format: "esm",
    platform: "node",
    target: "node24",
    logLevel: "silent",
    sourcemap: "inline",
    sourcesContent: false,
    keepNames: true,
    inject: [join(platform, "src/shim/run.js")],
    packages: "external",
    plugins: [projectGlobals(root, platform)],
    tsconfigRaw: {},
  });
}

/** Puts the providers in reach of the project's own files, at their end (imports are hoisted), so that lines stay true. */
function projectGlobals(root: string, platform: string): Plugin {
  const globals = `\nimport * as sst from ${JSON.stringify(join(platform, "src/components"))}; import * as aws from "@pulumi/aws";`;
  return {
    name: "project-globals",
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const inside = relative(root, path);
        if (inside.startsWith("..") || inside.startsWith(`.sst${sep}`) || inside.includes("node_modules"))
          return undefined;
        return { contents: (await readFile(path, "utf8")) + globals, loader: "ts" };
      });
    },
  };
}
