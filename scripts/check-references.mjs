// Whether what one file says of others is true: links and paths in Markdown, npm scripts wherever they are named, and what the
// workflows, the dev container and the editor's settings start. A check of the root, since renaming any file may break it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { root } from "./setup.mjs";

const git = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
});
if (git.status !== 0) throw new Error(`git ls-files: ${git.stderr}`);
const files = [...new Set(git.stdout.split("\n"))].filter((file) => file !== "" && existsSync(join(root, file)));
const read = (file) => readFileSync(join(root, file), "utf8");
const manifest = JSON.parse(read("package.json"));
const faults = [];

/** The anchors of a page, as GitHub makes them of its headings. */
function anchors(page) {
  const headings = read(page)
    .replaceAll(/^```[^]*?^```/gm, "")
    .matchAll(/^#{1,6} (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** `[text](target)` and `![text](target)` that stay in the repository. */
function checkLinks(file, text) {
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path, anchor] = target.split("#");
    const page = path === "" ? file : join(dirname(file), path);
    if (!existsSync(join(root, page))) faults.push(`${file}: the link ${target} leads nowhere`);
    else if (anchor !== undefined && !anchors(page).includes(anchor)) faults.push(`${file}: no heading for ${target}`);
  }
}

/** Paths in backquotes that begin with a folder of the root and name one file or folder. */
function checkPaths(file, text) {
  for (const [, path] of text.matchAll(/`([\w.-]+\/[\w./@-]+)`/g)) {
    const folder = path.split("/", 1)[0];
    const ours = folder !== "node_modules" && files.some((known) => known.startsWith(`${folder}/`));
    const ignored = /\/(?:dist|\.ric)(?:\/|$)/.test(path);
    if (ours && !ignored && !existsSync(join(root, path))) faults.push(`${file}: there is no ${path}`);
  }
}

/** `npm run X`, `npm test`, `node scripts/x.mjs` and `.ci/run`. */
function checkCommands(file, text) {
  for (const [, script] of text.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g))
    if (manifest.scripts[script] === undefined) faults.push(`${file}: there is no script ${script} in package.json`);
  for (const [, path] of text.matchAll(/(?:\bnode |run: |^)((?:scripts|\.ci)\/[\w./-]+)/gm))
    if (!existsSync(join(root, path))) faults.push(`${file}: there is no ${path}`);
}

/** Actions of others by a commit, which nobody can move; our own by a path that is there. */
function checkActions(file, text) {
  for (const [, action] of text.matchAll(/^\s*(?:- )?uses: (\S+)/gm)) {
    if (action.startsWith("./")) {
      if (!existsSync(join(root, action))) faults.push(`${file}: there is no ${action}`);
    } else if (!/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/.test(action))
      faults.push(`${file}: ${action} is not pinned to a commit`);
  }
}

function checkSyntax(file, text) {
  try {
    if (file.endsWith(".json")) JSON.parse(text);
    else parse(text);
  } catch (error) {
    faults.push(`${file}: ${error.message}`);
  }
}

/** What `${workspaceFolder}/…` names, as far as it is no part of an install. */
function checkWorkspacePaths(file, text) {
  for (const [, path] of text.matchAll(/\$\{workspaceFolder\}\/([\w./@-]+)/g))
    if (!existsSync(join(root, path))) faults.push(`${file}: there is no ${path}`);
}

for (const file of files) {
  const isMarkdown = file.endsWith(".md");
  const isSetting = /^\.(?:github|devcontainer|vscode)\/.*\.(?:ya?ml|json)$/.test(file);
  if (!isMarkdown && !isSetting) continue;
  const text = read(file);
  checkCommands(file, text);
  if (isMarkdown) {
    checkLinks(file, text.replaceAll(/^```[^]*?^```/gm, ""));
    checkPaths(file, text);
  } else {
    checkSyntax(file, text);
    checkActions(file, text);
    checkWorkspacePaths(file, text);
  }
}

const shortlist = read("docs/decisions/README.md");
for (const file of files)
  if (/^docs\/decisions\/\d/.test(file) && !shortlist.includes(`(${file.slice("docs/decisions/".length)})`))
    faults.push(`docs/decisions/README.md: ${file} is not listed`);

const major = (version) => String(version).split(".", 1)[0].trim();
const ours = major(parse(read("pnpm-workspace.yaml")).catalog.node);
if (major(read(".node-version")) !== ours) faults.push(`.node-version: the catalog has Node ${ours}`);

for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exit(faults.length === 0 ? 0 : 1);
