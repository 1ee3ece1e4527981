import { defineConfig } from "tsdown";
import common from "../../tsdown.config.ts";

/** The server, module for module; the page lies beside it, in `dist/page`, which Vite makes and this must leave alone. */
export default defineConfig({ ...common, unbundle: true, clean: false });
