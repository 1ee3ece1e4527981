import { writeFileSync } from "node:fs";
import { badInputDocs } from "./docs.ts";

writeFileSync(new URL("../../docs/bad-input.md", import.meta.url), badInputDocs());
