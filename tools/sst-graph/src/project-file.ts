import { sep } from "node:path";

/** Whether a file is the project's own, and not SST's or a package's. Files of a workspace's other packages count. */
export function isProjectFile(path: string): boolean {
  const parts = path.split(sep);
  return !parts.includes(".sst") && !parts.includes("node_modules");
}
