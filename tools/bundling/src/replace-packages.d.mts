import type { Plugin } from "esbuild";

/** The plugins of every bundle. */
declare const plugins: Plugin[];
export default plugins;
