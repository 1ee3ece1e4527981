import { describe, expect, it } from "vitest";
import { type LeaseMarker, readMarker, standing } from "./lease-marker.ts";
import { CLOCK_SKEW_MARGIN_MS } from "./marker.ts";

const END = 1_000_000;
const EXPIRES = END + 60_000;
const marker: LeaseMarker = {
  status: "running",
  owner: "them",
  fence: 3,
  fingerprint: "f",
  leaseUntilMs: END,
  expiresAt: EXPIRES / 1_000,
  result: "",
};
const me = (nowMs: number, fingerprint = "f") => ({ owner: "me", fingerprint, nowMs });

describe("The standing of a marker", () => {
  it("is busy until the lease is over by the clock-skew margin, and takeable from then on", () => {
    const over = END + CLOCK_SKEW_MARGIN_MS;
    expect(standing(marker, me(END))).toEqual({ kind: "busy", untilMs: over });
    expect(standing(marker, me(over - 1))).toEqual({ kind: "busy", untilMs: over });
    expect(standing(marker, me(over))).toEqual({ kind: "takeable" });
  });

  it("is takeable at once where the work failed and was released", () => {
    expect(standing({ ...marker, status: "free" }, me(0))).toEqual({ kind: "takeable" });
  });

  it("is done with its result, whoever asks", () => {
    const done: LeaseMarker = { ...marker, status: "done", result: '{"a":1}' };
    expect(standing(done, me(END * 2))).toEqual({ kind: "takeable" });
    expect(standing(done, me(END))).toEqual({ kind: "done", result: '{"a":1}' });
    expect(standing({ ...done, owner: "me" }, me(END))).toEqual({ kind: "done", result: '{"a":1}' });
  });

  it("is a conflict for another payload, running, free or done", () => {
    for (const status of ["running", "free", "done"] as const) {
      const stands = standing({ ...marker, status }, me(END, "other"));
      expect(stands).toEqual({ kind: "conflict", stored: "f", given: "other" });
    }
  });

  it("counts as absent once expired by the margin, although it is still stored, whatever its payload", () => {
    const at = EXPIRES + CLOCK_SKEW_MARGIN_MS;
    for (const status of ["running", "free", "done"] as const) {
      expect(standing({ ...marker, status }, me(at, "other"))).toEqual({ kind: "takeable" });
      expect(standing({ ...marker, status }, me(at - 1, "other"))).toMatchObject({ kind: "conflict" });
    }
  });

  it("is mine where my own claim's answer was lost, until that lease ends", () => {
    expect(standing({ ...marker, owner: "me" }, me(END - 1))).toEqual({ kind: "mine" });
    expect(standing({ ...marker, owner: "me" }, me(END))).toMatchObject({ kind: "busy" });
  });

  it("refuses an item that is no marker, and names the attribute", () => {
    expect(readMarker({ id: "x", ...marker })).toEqual(marker);
    for (const attribute of ["status", "owner", "fence", "fingerprint", "leaseUntilMs", "expiresAt", "result"]) {
      expect(() => readMarker({ ...marker, [attribute]: [] })).toThrow(expect.objectContaining({ attribute }));
    }
  });
});
