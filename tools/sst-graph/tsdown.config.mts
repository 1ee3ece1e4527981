import { defineConfig } from "tsdown";
import common from "../../tsdown.config.ts";

/** The process of an evaluation is a file of its own, beside the code that starts it. */
export default defineConfig({
  ...common,
  entry: {
    "evaluate-project": "src/evaluate-project.ts",
    graph: "src/graph.ts",
    "project-environment": "src/project-environment.ts",
    "project-secrets": "src/project-secrets.ts",
    "evaluation-process": "src/evaluation-process.ts",
  },
});
