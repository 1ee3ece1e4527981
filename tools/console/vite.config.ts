import { defineConfig } from "vite";

/** The page, from `page/` into `dist/page/`: plain files, none of them inline, which the policy of the server would not run. */
export default defineConfig({
  root: "page",
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  logLevel: "warn",
});
