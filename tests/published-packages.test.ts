import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const texts = v.record(v.string(), v.string());

/** What a package that ships must say of itself. */
const manifestSchema = v.object({
  name: v.string(),
  private: v.optional(v.never()),
  version: v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+$/)),
  description: v.pipe(v.string(), v.nonEmpty()),
  keywords: v.pipe(v.array(v.string()), v.minLength(3)),
  license: v.literal("MIT"),
  repository: v.object({ type: v.literal("git"), directory: v.string() }),
  files: v.tuple([v.literal("dist"), v.literal("CHANGELOG.md")]),
  type: v.literal("module"),
  sideEffects: v.literal(false),
  engines: v.object({ node: v.literal(">=22") }),
  exports: texts,
  publishConfig: v.object({ access: v.literal("public"), exports: texts }),
  dependencies: v.optional(texts, {}),
  peerDependencies: v.optional(texts, {}),
  peerDependenciesMeta: v.optional(v.record(v.string(), v.object({ optional: v.literal(true) })), {}),
});

describe.each(readdirSync(join(root, "packages")))("packages/%s is ready to publish:", (folder) => {
  const home = join(root, "packages", folder);
  const manifest = v.parse(manifestSchema, JSON.parse(readFileSync(join(home, "package.json"), "utf8")));

  it("its manifest names its own folder", () => {
    expect(manifest).toMatchObject({ name: `@doorbell/${folder}`, repository: { directory: `packages/${folder}` } });
  });

  it("it has a changelog of its version, and a README of less than 120 lines", () => {
    const [title, , version] = readFileSync(join(home, "CHANGELOG.md"), "utf8").split("\n");
    expect([title, version]).toEqual([`# ${manifest.name}`, `## ${manifest.version}`]);
    const readme = readFileSync(join(home, "README.md"), "utf8").split("\n");
    expect(readme[0]).toBe(`# ${manifest.name}`);
    expect(readme.length).toBeLessThan(120);
    expect(readme.filter((line) => line.startsWith("## "))).toEqual(
      expect.arrayContaining(["## Install", "## A complete handler", "## Guarantees", "## Limits"]),
    );
  });

  it("its exports are enumerated, one source file each, and pnpm pack puts what is built of them in their place", () => {
    const sources = Object.entries(manifest.exports).filter(([subpath]) => !subpath.startsWith("./test/"));
    for (const [subpath, file] of sources) {
      expect(subpath).toMatch(/^\.\/[a-z0-9-]+$/);
      expect(file).toBe(`./src/${subpath.slice(2)}.ts`);
      expect(existsSync(join(home, file)), file).toBe(true);
    }
    const built = sources.map(([subpath]) => [subpath, `./dist/${subpath.slice(2)}.js`]);
    expect(manifest.publishConfig.exports).toEqual(Object.fromEntries(built));
  });

  it("it depends on what is published, in ranges, and takes the AWS SDK as an optional peer", () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
    for (const [name, range] of Object.entries(dependencies)) {
      expect(name).not.toMatch(/^@aws-sdk\//);
      expect(range, name).toBe(name.startsWith("@doorbell/") ? "workspace:^" : "catalog:published");
    }
    expect(Object.keys(peerDependencies)).toEqual(Object.keys(peerDependenciesMeta));
    for (const range of Object.values(peerDependencies)) expect(range).toBe("catalog:published");
  });
});
