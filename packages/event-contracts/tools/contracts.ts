import { parseArgs } from "node:util";
import {
  acceptedBreaks,
  baseRevisions,
  brokenContracts,
  committedFiles,
  generatedFiles,
  staleFiles,
  writeFiles,
  writtenFiles,
} from "./contract-files.ts";

/**
 * `contracts:write` brings the contracts folder up to date, unless that would break senders.
 * `contracts:check [--base REF]` fails where the folder is out of date, or where it breaks what was committed at the base. What
 * `accepted-breaks.json` names is let pass, and said.
 */
const { positionals, values } = parseArgs({ allowPositionals: true, options: { base: { type: "string" } } });
const isWriting = positionals[0] === "write";

const bases = values.base === undefined ? baseRevisions() : [values.base];
const generated = generatedFiles();
const earlier = isWriting ? [writtenFiles()] : bases.map((base) => committedFiles(base));
const accepted = acceptedBreaks();
const broken = earlier.flatMap((before) => brokenContracts(before, generated, accepted));
const stale = staleFiles(generated, writtenFiles());

const breaks = broken.flatMap(({ file, changes }) =>
  changes.map(({ path, change }) => `${file}: ${path || "the event"}: ${change}\n`),
);
for (const line of new Set(breaks)) process.stderr.write(line);
for (const { file, path, change, why } of accepted)
  process.stdout.write(`${file}: ${path || "the event"}: ${change}\n  accepted as a break: ${why}\n`);
if (broken.length > 0) {
  process.stderr.write(
    "These changes break senders. Leave the version as it is and add a new one, see docs/contracts.md.\n",
  );
  process.exitCode = 1;
} else if (isWriting) {
  writeFiles(generated);
  process.stdout.write(`${generated.size} contracts, ${stale.length} changed\n`);
} else if (stale.length > 0) {
  for (const file of stale) process.stderr.write(`${file}: out of date, run pnpm contracts:write\n`);
  process.exitCode = 1;
} else {
  const compared = bases.map((base) => (/^[0-9a-f]{40}$/.test(base) ? base.slice(0, 7) : base)).join(" and ");
  process.stdout.write(`${generated.size} contracts, all as at ${compared || "no commit"} or compatible with it\n`);
}
