import { fuzz } from "@doorbell/fuzzing/fuzz";
import { FUZZ_TARGETS } from "./fuzz-targets.ts";

await fuzz(FUZZ_TARGETS);
