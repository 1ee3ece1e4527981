import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Has git ignore a folder and all in it: the project need not do so by itself. */
export async function ignoreFolder(folder: string): Promise<void> {
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
}
