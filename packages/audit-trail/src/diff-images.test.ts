import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyImage, twoImages } from "../test/images.ts";
import { applyChanges, ChangeDoesNotFitError } from "./apply-changes.ts";
import { diffImages } from "./diff-images.ts";
import { imageDigest } from "./image-digest.ts";

const before = {
  id: { S: "o-1" },
  version: { N: "1" },
  placed: {
    M: { total: { N: "10.50" }, lines: { L: [{ M: { amount: { S: "1" } } }, { M: { amount: { S: "2" } } }] } },
  },
};

test("a changed field is named by its path, an added one has no before, a removed one no after", () => {
  const after = {
    id: { S: "o-1" },
    version: { N: "2" },
    placed: {
      M: { total: { N: "10.5" }, lines: { L: [{ M: { amount: { S: "1" } } }, { M: { amount: { S: "3" } } }] } },
    },
    cancelled: { M: { reason: { S: "late" } } },
  };
  expect(diffImages(before, after)).toEqual([
    { path: "/cancelled", after: { M: { reason: { S: "late" } } } },
    { path: "/placed/lines/1/amount", before: { S: "2" }, after: { S: "3" } },
    { path: "/version", before: { N: "1" }, after: { N: "2" } },
  ]);
  expect(diffImages(after, before)[0]).toEqual({ path: "/cancelled", before: { M: { reason: { S: "late" } } } });
});

test("a list of another length, and a value of another type, change as a whole", () => {
  expect(diffImages({ l: { L: [{ S: "x" }] } }, { l: { L: [] } })).toEqual([
    { path: "/l", before: { L: [{ S: "x" }] }, after: { L: [] } },
  ]);
  expect(diffImages({ v: { S: "1" } }, { v: { N: "1" } })).toHaveLength(1);
});

test("a name with a slash or a tilde is one step of the path", () => {
  expect(diffImages({ "a/~b": { S: "1" } }, { "a/~b": { S: "2" } })[0]?.path).toBe("/a~1~0b");
});

test("equal images have no changes", () => {
  fc.assert(
    fc.property(anyImage, (image) => {
      expect(diffImages(image, structuredClone(image))).toEqual([]);
    }),
  );
});

test("replaying the changes gives the digest of each image, both ways and from and to nothing", () => {
  const replayed = (from: Parameters<typeof diffImages>[0], to: Parameters<typeof diffImages>[1]) => {
    const image = applyChanges(from, diffImages(from, to));
    return image === undefined ? undefined : imageDigest(image);
  };
  fc.assert(
    fc.property(twoImages, ([a, b]) => {
      expect(replayed(a, b)).toBe(imageDigest(b));
      expect(replayed(b, a)).toBe(imageDigest(a));
      expect(replayed(undefined, a)).toBe(imageDigest(a));
      expect(replayed(a, undefined)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["finds another value", { path: "/version", before: { N: "7" }, after: { N: "8" } }],
  ["adds what is there", { path: "/version", after: { N: "8" } }],
  ["removes what is not there", { path: "/gone", before: { S: "x" } }],
  ["leads through what is not there", { path: "/gone/deeper", after: { S: "x" } }],
  ["leads through a value without parts", { path: "/version/deeper", after: { S: "x" } }],
  ["leads past a list's end", { path: "/placed/lines/2", after: { S: "x" } }],
  ["takes an element out of a list", { path: "/placed/lines/0", before: { M: { amount: { S: "1" } } } }],
  ["has no path", { path: "", after: { S: "x" } }],
  ["has a path that is no pointer", { path: "version", before: { N: "1" } }],
])("a change that %s does not fit", (_, change) => {
  expect(() => applyChanges(before, [change])).toThrow(ChangeDoesNotFitError);
});

test("a name such as __proto__ is a field like any other, and changes no prototype", () => {
  const image = Object.fromEntries([["__proto__", { M: { polluted: { S: "yes" } } }]]);
  const replayed = applyChanges(undefined, diffImages(undefined, image));
  expect(Object.hasOwn(replayed ?? {}, "__proto__")).toBe(true);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});
