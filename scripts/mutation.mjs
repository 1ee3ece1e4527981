// `npm run test:mutation [-- PACKAGE …]`: mutation tests of the packages that idempotency stands on, by Stryker, without emulators.
// Writes bench/results/mutation.json; ends with status 1 where less than 90 % of a package's mutants die.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { node24, root, setup } from "./setup.mjs";

const LEAST_PERCENT = 90;
const named = process.argv.slice(2);
const packages = named.length > 0 ? named : ["batch", "idempotency"];
const results = join(root, "bench/results/mutation.json");

setup();
const figures = existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {};
let isTooFew = false;
for (const name of packages) {
  const cwd = join(root, "packages", name);
  const stryker = join(cwd, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const beganAt = Date.now();
  const { status } = spawnSync(node24, [stryker, "run"], { cwd, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  figures[name] = { ...figuresOf(cwd), seconds: Math.round((Date.now() - beganAt) / 1000) };
  isTooFew ||= figures[name].killedPercent < LEAST_PERCENT;
}
writeFileSync(results, `${JSON.stringify(figures, undefined, 2)}\n`);
process.stdout.write(packages.map((name) => `${name}: ${figures[name].killedPercent} % killed\n`).join(""));
process.exit(isTooFew ? 1 : 0);

/** A mutant that makes a test hang counts as killed. One in code that runs once, as a module is loaded, is tried by no test. */
function figuresOf(cwd) {
  const { files } = JSON.parse(readFileSync(join(cwd, ".stryker-tmp/mutation.json"), "utf8"));
  const mutants = Object.entries(files).flatMap(([file, { mutants: all, source }]) =>
    all.map((mutant) => ({ ...mutant, file, source: source.split("\n")[mutant.location.start.line - 1].trim() })),
  );
  const count = (...kinds) => mutants.filter(({ status }) => kinds.includes(status)).length;
  const killed = count("Killed", "Timeout");
  const alive = mutants.filter(({ status }) => status === "Survived" || status === "NoCoverage");
  return {
    killed,
    survived: count("Survived"),
    notCovered: count("NoCoverage"),
    notTried: count("Ignored", "CompileError", "RuntimeError"),
    killedPercent: Math.round((1000 * killed) / (killed + alive.length)) / 10,
    survivors: alive.map(({ file, location, mutatorName, replacement = "", source }) => ({
      at: `${file}:${location.start.line}`,
      source,
      becomes: `${mutatorName}: ${replacement}`,
    })),
  };
}
