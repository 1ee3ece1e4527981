import { extname, join } from "node:path";
import { hasScript } from "../call-line.ts";
import { shellQuoted } from "./env.ts";

/**
 * The line that makes a POSIX shell's AWS CLI and SDKs speak to the local cloud at `endpoint`, from any folder: with npm alone where
 * the project in `root` has a script `doorbell`, else by this command's own path. The endpoint is set before anything can fail, since
 * `eval "$(…)"` succeeds when what is inside fails, and the next command would go to AWS.
 */
export function envLine(endpoint: string, root: string): string {
  const main = join(import.meta.dirname, "..", `main${extname(import.meta.filename)}`);
  const command = hasScript(root)
    ? `npm --prefix ${shellQuoted(root)} run -s doorbell -- env`
    : `${shellQuoted(process.execPath)} ${shellQuoted(main)} env`;
  return `export AWS_ENDPOINT_URL=${endpoint}; eval "$(${command})"`;
}
