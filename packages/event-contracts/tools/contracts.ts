import { parseArgs } from "node:util";
import {
  brokenContracts,
  committedFiles,
  generatedFiles,
  staleFiles,
  writeFiles,
  writtenFiles,
} from "./contract-files.ts";

/**
 * `contracts:write` brings the contracts folder up to date, unless that would break senders.
 * `contracts:check [--base REF]` fails where the folder is out of date, or where it breaks what was committed at the base.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { base: { type: "string", default: "HEAD" } },
});
const [command] = positionals;

const generated = generatedFiles();
const before = command === "write" ? writtenFiles() : committedFiles(values.base);
const broken = brokenContracts(before, generated);
const stale = staleFiles(generated, writtenFiles());

for (const { file, changes } of broken) {
  for (const { path, change } of changes) process.stderr.write(`${file}: ${path || "the event"}: ${change}\n`);
}
if (broken.length > 0) {
  process.stderr.write(
    "These changes break senders. Leave the version as it is and add a new one, see docs/contracts.md.\n",
  );
  process.exitCode = 1;
} else if (command === "write") {
  writeFiles(generated);
  process.stdout.write(`${generated.size} contracts, ${stale.length} changed\n`);
} else if (stale.length > 0) {
  for (const file of stale) process.stderr.write(`${file}: out of date, run pnpm contracts:write\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${generated.size} contracts, all as at ${values.base} or compatible with it\n`);
}
