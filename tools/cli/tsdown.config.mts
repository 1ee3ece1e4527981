import { defineConfig } from "tsdown";
import common from "../../tsdown.config.ts";

/**
 * As the sources lie, module for module: a command is loaded when it is called. The few pure modules that it
 * takes of the batch package are carried along, so that whoever installs the command does not get that package's dependencies.
 */
export default defineConfig({
  ...common,
  entry: ["src/main.ts", "src/config.ts"],
  unbundle: true,
  deps: { alwaysBundle: [/^@doorbell\/batch\//] },
});
