import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { services } from "@doorbell/infra/services";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** A source file with the modules it names, tests left out. */
interface Source {
  readonly file: string;
  readonly text: string;
  readonly imports: readonly { readonly target: string; readonly typeOnly: boolean }[];
}

const importPattern = /(?:^|\n)\s*(?:import|export)(\s+type)?\s(?:[^"';]*?\sfrom\s)?\s*"([^"]+)"|import\("([^"]+)"\)/g;

function sourcesUnder(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter(
      (name) =>
        name.endsWith(".ts") &&
        !name.endsWith(".test.ts") &&
        !name.includes("node_modules") &&
        !name.startsWith("dist"),
    )
    .map((name) => {
      const file = join(folder, name);
      const text = readFileSync(join(root, file), "utf8");
      const imports = [...text.matchAll(importPattern)].map((match) => ({
        target: match[2] ?? match[3] ?? "",
        typeOnly: match[1] !== undefined,
      }));
      return { file, text, imports };
    });
}

const packages = readdirSync(join(root, "packages"));
const tools = readdirSync(join(root, "tools"));
const apps = readdirSync(join(root, "apps"));
const appSources = new Map(apps.map((app) => [app, sourcesUnder(`apps/${app}/src`)]));
const packageSources = new Map(packages.map((name) => [name, sourcesUnder(`packages/${name}/src`)]));
const toolSources = new Map(tools.map((name) => [name, sourcesUnder(`tools/${name}/src`)]));
const opsSources = sourcesUnder("ops/src");
const shipped = [...packageSources.values()].flat();
const withoutOps = [...appSources.values(), ...packageSources.values(), ...toolSources.values()].flat();
const allSources = [...withoutOps, ...opsSources];

/** `file → what it must not import`, so that a failure reads as a sentence. */
function offences(
  sources: readonly Source[],
  forbidden: (target: string, source: Source) => boolean,
  types = true,
): string[] {
  return sources.flatMap((source) =>
    source.imports
      .filter(({ target, typeOnly }) => (types || !typeOnly) && forbidden(target, source))
      .map(({ target }) => `${source.file} → ${target}`),
  );
}

describe("dependency directions", () => {
  it("finds the sources it judges", () => {
    expect(apps).toEqual(services.map(({ name }) => name));
    for (const sources of [...appSources.values(), ...packageSources.values(), ...toolSources.values()])
      expect(sources.length).toBeGreaterThan(0);
    expect(allSources.flatMap((source) => source.imports).length).toBeGreaterThan(100);
  });

  it("apps never import apps", () => {
    for (const [app, sources] of appSources) {
      const others = apps.filter((other) => other !== app);
      expect(
        offences(sources, (target) =>
          others.some((other) => target.startsWith(`@doorbell/${other}`) || target.includes(`/apps/${other}/`)),
        ),
      ).toEqual([]);
    }
  });

  it("no package and no tool imports an app, types included", () => {
    const isApp = (target: string) =>
      apps.some((app) => target.startsWith(`@doorbell/${app}`) || target.includes(`apps/${app}`));
    expect(offences([...shipped, ...[...toolSources.values()].flat()], isApp)).toEqual([]);
  });

  it("the generic command knows nothing of this pipeline", () => {
    const isOwn = (target: string) => /^@doorbell\/(?:event-contracts|audit-trail|infra|ops)/.test(target);
    expect(offences(toolSources.get("cli") ?? [], isOwn)).toEqual([]);
  });

  it("ops imports apps, packages and tools, and is imported by doorbell.config.ts alone", () => {
    const known = [...apps, ...packages, ...tools].map((name) => `@doorbell/${name}/`);
    const isForeign = (target: string) =>
      target.startsWith("@doorbell/") && !known.some((name) => target.startsWith(name));
    expect(opsSources.length).toBeGreaterThan(0);
    expect(offences(opsSources, isForeign)).toEqual([]);
    const rest = [...withoutOps, ...sourcesUnder("infra"), ...sourcesUnder("bench")];
    expect(offences(rest, (target) => /^@doorbell\/ops|\/ops\//.test(target))).toEqual([]);
    expect(readFileSync(join(root, "doorbell.config.ts"), "utf8")).toContain('import("./ops/src/');
  });

  it("no import leaves its own app or package by a relative path", () => {
    expect(
      offences(allSources, (target, source) => {
        if (!target.startsWith(".")) return false;
        const home = source.file
          .split("/")
          .slice(0, source.file.startsWith("ops/") ? 1 : 2)
          .join("/");
        return relative(join(root, home), resolve(root, dirname(source.file), target)).startsWith("..");
      }),
    ).toEqual([]);
  });

  it("aws-events imports nothing, and event-contracts valibot and aws-events only", () => {
    expect(offences(packageSources.get("aws-events") ?? [], (target) => !target.startsWith("."))).toEqual([]);
    const allowed = /^(?:\.|valibot$|@doorbell\/aws-events\/)/;
    expect(offences(packageSources.get("event-contracts") ?? [], (target) => !allowed.test(target))).toEqual([]);
  });

  it("the packages that ship inside a service know neither the local cloud nor the command line", () => {
    const sources = shipped.concat(...appSources.values());
    expect(
      offences(sources, (target) => /^@doorbell\/(local-cloud|cli|sst-graph|bundling|infra)/.test(target)),
    ).toEqual([]);
  });

  it("shipped packages import each other's types at most, but for aws-events and aws-client, which depend on nothing", () => {
    expect(offences(packageSources.get("aws-client") ?? [], (target) => !target.startsWith("."))).toEqual([]);
    const isForbidden = (target: string) => /^@doorbell\/(?!aws-(?:events|client)\/)/.test(target);
    expect(offences(shipped, isForbidden, false)).toEqual([]);
  });

  it("the AWS SDK is called in adapters and composition roots only", () => {
    const allowed = /(?:handler|(?:dynamo|sqs|s3)-[a-z-]+)\.ts$/;
    for (const sources of appSources.values())
      expect(
        offences(
          sources.filter(({ file }) => !allowed.test(file)),
          (target) => target.startsWith("@aws-sdk/"),
        ),
      ).toEqual([]);
  });

  it("an app reads its environment in env.ts alone, and no shipped package reads any", () => {
    const readers = shipped.concat(...appSources.values()).filter(({ text }) => /\bprocess\.env\b/.test(text));
    expect(readers.map(({ file }) => file).filter((file) => !/^apps\/[^/]+\/src\/env\.ts$/.test(file))).toEqual([]);
  });

  it("no circle of imports closes inside an app, package or tool, types included", () => {
    const targets = new Map(
      allSources.map(({ file, imports }) => [
        file,
        imports.filter(({ target }) => target.startsWith(".")).map(({ target }) => join(dirname(file), target)),
      ]),
    );
    // What is left when files without an open import are taken away, over and over, is on a circle or leads to one.
    let before = -1;
    while (before !== targets.size) {
      before = targets.size;
      for (const [file, imports] of targets) if (!imports.some((target) => targets.has(target))) targets.delete(file);
    }
    expect([...targets.keys()]).toEqual([]);
  });

  it("there are no barrels and no drawers", () => {
    expect(
      allSources.map(({ file }) => file).filter((file) => /\/(?:index|utils?|helpers?|common|misc)\.ts$/.test(file)),
    ).toEqual([]);
  });
});

describe("what this house trades in", () => {
  /** Words of retail, and of this pipeline. "Order" as a sequence is everybody's. */
  const retail =
    /\b(?:orders|orderId|(?:an|one|each|every) order|customers?|partners?|retail\w*|invoices?|cancellations?|superstore|shipTo|shipMode|order-queue|upload-ingest|change-audit|doorbell-local-\w+)\b/i;
  const upload = /\buploads?\b/i;
  /** Multipart uploads are S3's own, in lower case. */
  const uploadsResource = /\bUploads\b/;

  function namesOfTrade(folder: string, words: readonly RegExp[]): string[] {
    return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /^(?:(?:src|dynamodb-local)\/.*\.(?:ts|mts|mjs|cjs|java)|package\.json|README\.md)$/.test(name))
      .filter((name) => !name.endsWith(".test.ts"))
      .flatMap((name) =>
        readFileSync(join(root, folder, name), "utf8")
          .split("\n")
          .flatMap((line, at) =>
            words.some((word) => word.test(line.replaceAll("ORDER BY", "")))
              ? [`${folder}/${name}:${at + 1}: ${line.trim()}`]
              : [],
          ),
      );
  }

  it.each(["aws-client", "aws-events", "logger", "idempotency", "batch", "audit-trail"])(
    "is unknown to packages/%s",
    (name) => {
      expect(namesOfTrade(`packages/${name}`, [retail, upload])).toEqual([]);
    },
  );

  it.each(["local-cloud", "sst-graph", "bundling", "fuzzing"])("is unknown to tools/%s", (name) => {
    expect(namesOfTrade(`tools/${name}`, [retail, uploadsResource])).toEqual([]);
  });

  it("is known to event-contracts, so the words are the right ones", () => {
    expect(namesOfTrade("packages/event-contracts", [retail]).length).toBeGreaterThan(20);
  });
});

describe("owners", () => {
  it("every service has one owner, for its app and its infra file", () => {
    const owners = new Map(
      readFileSync(join(root, "CODEOWNERS"), "utf8")
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.split(/\s+/))
        .map(([path = "", ...names]) => [path, names] as const),
    );
    for (const { name, file, owner } of services)
      for (const path of [`/apps/${name}/`, `/infra/${file}`]) expect(owners.get(path), path).toEqual([owner]);
    const paths = services.flatMap(({ name, file }) => [`/apps/${name}/`, `/infra/${file}`]);
    expect([...owners.keys()].toSorted()).toEqual(["*", ...paths].toSorted());
  });
});
