import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { exportLines } from "./env.ts";

describe("doorbell env", () => {
  it.each(["plain", "with 'quotes'", '$HOME `id` \\ "', "two\nlines"])(
    "a shell that evaluates its lines gets %j back",
    (value) => {
      const script = `${exportLines({ DOORBELL_TEST: value })}printf %s "$DOORBELL_TEST"`;
      expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(value);
    },
  );
});
