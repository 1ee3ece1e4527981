import { writeFileSync } from "node:fs";
import { badInputDocs } from "./bad-input-docs.ts";

writeFileSync(new URL("../docs/bad-input.md", import.meta.url), badInputDocs());
