import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serviceBundle } from "@doorbell/bundling/service-bundle";
import { build, type BuildOptions } from "esbuild";
import type { Job } from "./samples.ts";

const SDK = ["@aws-sdk/*", "@smithy/*"];
const ENTRIES: Record<Job, string> = {
  doorbell: fileURLToPath(import.meta.resolve("@doorbell/order-queue/handler")),
  powertools: fileURLToPath(import.meta.resolve("./peer-handler.ts")),
};

/** A handler as a function is deployed with it, in a folder of its own. */
export interface Bundled {
  readonly folder: string;
  readonly bytes: number;
  /** Without the AWS SDK: what is not the same for everybody. */
  readonly bytesWithoutSdk: number;
}

/**
 * Bundles both jobs as SST does, minified: Doorbell with the replacements that it is deployed with, the peer without.
 * They go into one new folder, with a third handler that does nothing, and the caller removes it.
 */
export async function bundleJobs(): Promise<{ root: string; jobs: Record<Job, Bundled>; empty: string }> {
  const root = await mkdtemp(join(tmpdir(), "doorbell-bench-"));
  const empty = join(root, "empty");
  await mkdir(empty);
  await writeFile(join(empty, "handler.mjs"), "export const handler = async () => ({ batchItemFailures: [] });");
  const jobs = { doorbell: await bundled("doorbell"), powertools: await bundled("powertools") };
  return { root, jobs, empty };

  async function bundled(job: Job): Promise<Bundled> {
    const folder = join(root, job);
    const options: BuildOptions = {
      ...serviceBundle,
      ...(job === "powertools" && { plugins: [] }),
      entryPoints: [ENTRIES[job]],
      outfile: join(folder, "handler.mjs"),
      minify: true,
    };
    await mkdir(folder);
    const [code] = (await build({ ...options, write: false })).outputFiles;
    const [own] = (await build({ ...options, write: false, external: SDK })).outputFiles;
    if (code === undefined || own === undefined) throw new Error("esbuild gave no bundle");
    await writeFile(code.path, code.contents);
    return { folder, bytes: code.contents.byteLength, bytesWithoutSdk: own.contents.byteLength };
  }
}
