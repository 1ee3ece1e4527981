import { stop as stopEsbuild, type BuildContext } from "esbuild";

/** Builds of this process that hold parsed files. esbuild keeps a process of some 300 MB for them, and keeps it without them, too. */
let holding = 0;

/** Opens a build that holds parsed files until it is let go of. */
export async function hold<Build extends BuildContext>(open: () => Promise<Build>): Promise<Build> {
  // Counted before it is there: nobody else may end esbuild's process meanwhile.
  holding += 1;
  try {
    return await open();
  } catch (error) {
    holding -= 1;
    throw error;
  }
}

/** Ends a build, and esbuild's process with the last one. */
export async function letGo(build: BuildContext | undefined): Promise<void> {
  if (build === undefined) return;
  await build.dispose();
  holding -= 1;
  if (holding === 0) await stopEsbuild();
}
