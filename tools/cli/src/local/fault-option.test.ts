import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFaultOption } from "./fault-option.ts";

describe("--faults", () => {
  it("takes a specification, or a file with one or with JSON", () => {
    const folder = mkdtempSync(join(tmpdir(), "doorbell-faults-"));
    writeFileSync(join(folder, "faults.json"), '{ "seed": 7, "crashes": 0.5 }\n');
    writeFileSync(join(folder, "faults.txt"), "seed=7,crashes=0.5\n");
    for (const option of ["seed=7,crashes=0.5", join(folder, "faults.json"), join(folder, "faults.txt")])
      expect(readFaultOption(option)).toMatchObject({ seed: 7, crashes: 0.5, throttles: 0 });
    rmSync(folder, { recursive: true });
  });

  it("says what it could not read", () => {
    expect(() => readFaultOption("seed=7,floods=1")).toThrow(/--faults: .*floods/);
  });
});
