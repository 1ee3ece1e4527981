import type { Image } from "@doorbell/aws-events/attribute-value";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AuditEntry, auditEntryOf } from "./audit-entry.ts";
import { readAuditEntry } from "./read-audit-entry.ts";
import { MAX_NAMED_VERSIONS, verifyTrail } from "./verify-trail.ts";

const items = { key: "code", entryKey: "documentId", parts: ["drafted", "signed"] } as const;
const documentId = "CA-1";

/** A document in its n-th version: drafted, signed, then corrected by hand again and again. */
function document(version: number, id = documentId): Image {
  const drafted = { M: { total: { N: `${version}.50` }, lines: { L: [{ S: "desk" }] }, correlationId: { S: "u-1" } } };
  const signed = { M: { reason: { S: `no ${version}` }, correlationId: { S: "u-2" } } };
  return {
    code: { S: id },
    version: { N: String(version) },
    status: { S: version === 1 ? "drafted" : "signed" },
    drafted,
    ...(version > 1 && { signed }),
  };
}

/** The entries of a document's first versions, with a deletion at the end where asked for. */
function trail(versions: number, { id = documentId, deleted = false } = {}): AuditEntry<"documentId">[] {
  const images = Array.from({ length: versions }, (_, index) => document(index + 1, id));
  const ends = deleted ? [...images, undefined] : images;
  return ends.map((newImage, index) => {
    const oldImage = images[index - 1];
    const made = auditEntryOf(
      {
        eventId: `e-${index + 1}`,
        eventName: oldImage === undefined ? "INSERT" : newImage === undefined ? "REMOVE" : "MODIFY",
        eventSourceArn: "arn",
        sequenceNumber: "1",
        keys: { code: { S: id } },
        createdAt: 1_767_225_600,
        ...(oldImage !== undefined && { oldImage }),
        ...(newImage !== undefined && { newImage }),
      },
      items,
    );
    if (!made.ok) throw new Error(made.reason);
    return made.entry;
  });
}

const verify = (entries: readonly object[], image: Image | undefined) =>
  verifyTrail({ documentId, entries: entries.map((entry) => readAuditEntry({ ...entry }, items)), image }, items);
const at = (entries: readonly AuditEntry<"documentId">[], version: number): AuditEntry<"documentId"> => {
  const found = entries[version - 1];
  if (found === undefined) throw new Error(`no version ${version}`);
  return found;
};
const all = trail(4);

describe("However far a document is from its entries, they are compared at once", () => {
  test("with a version beyond all of them", () => {
    const last = Number.MAX_SAFE_INTEGER;
    const [finding, ...others] = verify(all, document(last));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: "tail cut",
      says: `the item has come to version ${last}; ${last - 4 - MAX_NAMED_VERSIONS} more like these`,
    });
    expect(finding?.versions).toEqual(Array.from({ length: MAX_NAMED_VERSIONS }, (_, index) => index + 5));
  });

  test("with an entry beyond all changes that says the document was deleted", () => {
    const far = { ...at(trail(2, { deleted: true }), 3), version: Number.MAX_SAFE_INTEGER };
    expect(verify([...trail(2), far], undefined)).toMatchObject([
      { kind: "missing", versions: expect.arrayContaining([3]) },
      { kind: "altered", versions: [Number.MAX_SAFE_INTEGER] },
    ]);
  });

  test("with ten thousand changes", () => {
    const many = trail(10_000);
    expect(verify(many, document(10_000))).toEqual([]);
    expect(
      verify(
        many.filter(({ version }) => version % 5_000 !== 3),
        document(10_000),
      ),
    ).toMatchObject([{ kind: "missing", versions: [3, 5_003] }]);
  });
});

describe("A trail in which nothing is wrong", () => {
  test.each([1, 2, 4])("of a document in version %d", (versions) => {
    expect(verify(trail(versions), document(versions))).toEqual([]);
  });

  test("of a document that was deleted", () => {
    expect(verify(trail(2, { deleted: true }), undefined)).toEqual([]);
  });

  test("of a document whose numbers are written otherwise now", () => {
    const image = { ...document(2), version: { N: "2.0" } };
    expect(verify(trail(2), image)).toEqual([]);
  });
});

describe("A tampering is named", () => {
  test.each<[string, object[], Image | undefined, object[]]>([
    ["the first deleted", [at(all, 2), at(all, 3), at(all, 4)], document(4), [{ kind: "missing", versions: [1] }]],
    [
      "one in the middle deleted",
      [at(all, 1), at(all, 3), at(all, 4)],
      document(4),
      [{ kind: "missing", versions: [2] }],
    ],
    ["two in the middle deleted", [at(all, 1), at(all, 4)], document(4), [{ kind: "missing", versions: [2, 3] }]],
    ["the last deleted", all.slice(0, 3), document(4), [{ kind: "tail cut", versions: [4] }]],
    ["the tail cut", all.slice(0, 1), document(4), [{ kind: "tail cut", versions: [2, 3, 4] }]],
    [
      "a hole and a cut tail",
      [at(all, 1), at(all, 3)],
      document(4),
      [
        { kind: "missing", versions: [2] },
        { kind: "tail cut", versions: [4] },
      ],
    ],
    ["everything deleted", [], document(2), [{ kind: "missing", versions: [1, 2] }]],
    [
      "two swapped",
      [at(all, 1), { ...at(all, 3), version: 2 }, { ...at(all, 2), version: 3 }, at(all, 4)],
      document(4),
      [{ kind: "swapped", versions: [2, 3] }],
    ],
    [
      "the ends swapped",
      [{ ...at(all, 4), version: 1 }, at(all, 2), at(all, 3), { ...at(all, 1), version: 4 }],
      document(4),
      [{ kind: "swapped", versions: [1, 4] }],
    ],
    [
      "a foreign one at the end",
      [...all, { ...at(all, 4), version: 5 }],
      document(4),
      [{ kind: "foreign", versions: [5] }],
    ],
    [
      "one of another document in the place of its own",
      [{ ...at(trail(1, { id: "CA-9" }), 1), documentId }],
      document(1),
      [{ kind: "foreign", versions: [1] }],
    ],
    ["entries of no document", trail(2), undefined, [{ kind: "foreign", versions: [1, 2] }]],
    [
      "entries of a deleted document, the deletion's cut",
      trail(2, { deleted: true }).slice(0, 2),
      undefined,
      [{ kind: "foreign", versions: [1, 2] }],
    ],
    [
      "the document changed past its version",
      all,
      { ...document(4), status: { S: "drafted" } },
      [{ kind: "diverged", versions: [4] }],
    ],
    ["an item that is no document", [], { code: { S: documentId } }, [{ kind: "not auditable" }]],
  ])("%s", (_, entries, image, findings) => {
    expect(verify(entries, image)).toMatchObject(findings);
    expect(verify(entries, image)).toHaveLength(findings.length);
  });

  const altered: [string, object][] = [
    ["a digest", { after: "0".repeat(64) }],
    ["a digest taken away", { before: undefined }],
    ["a value in a change", { changes: [{ path: "/status", before: '{"S":"drafted"}', after: '{"S":"lost"}' }] }],
    ["a change that leads nowhere", { changes: [{ path: "/a/b", before: '{"S":"x"}' }] }],
    ["a change that is no DynamoDB JSON", { changes: [{ path: "/status", after: "x" }] }],
    ["changes taken away", { changes: [] }],
    ["the correlation id", { correlationId: "another" }],
    ["the event's name", { eventName: "REMOVE" }],
    ["a field that no release wrote", { note: "nothing to see here" }],
    ["a field of another type", { eventId: 7 }],
  ];
  test.each(altered)("%s of the entry in the middle, at the end, at the beginning", (_, change) => {
    for (const version of [2, 4, 1]) {
      const entries = all.map((entry) => (entry.version === version ? defined({ ...entry, ...change }) : entry));
      // The first entry has no `before` that one could take away.
      if (JSON.stringify(entries) === JSON.stringify(all)) continue;
      expect(verify(entries, document(4)), `version ${version}`).toMatchObject([
        { kind: "altered", versions: [version] },
      ]);
    }
  });

  test("an entry altered together with its own digest, by the one that does not follow from it", () => {
    const other = { ...document(2), status: { S: "lost" } };
    const lie = trail(1).concat(
      [auditEntryOf({ ...record(document(1), other) }, items)].flatMap((made) => (made.ok ? [made.entry] : [])),
    );
    expect(verify([...lie, at(all, 3), at(all, 4)], document(4)).length).toBeGreaterThan(0);
    expect(verify(lie, document(2))).toMatchObject([{ kind: "diverged", versions: [2] }]);
  });

  test("no finding tells a value of the document", () => {
    const findings = verify(
      [
        { ...at(all, 1), changes: [] },
        { ...at(all, 3), note: "secret" },
      ],
      document(4),
    );
    expect(findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toMatch(/desk|no 3|secret|u-1/);
  });

  test("whatever single thing is done to a trail of any length, it is found in its place", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 8 })
          .chain((length) => fc.tuple(fc.constant(length), fc.integer({ min: 1, max: length }))),
        fc.constantFrom("delete", "digest", "change"),
        ([length, victim], how) => {
          const entries = trail(length).flatMap((entry) => {
            if (entry.version !== victim) return [entry];
            if (how === "delete") return [];
            return how === "digest" ? [{ ...entry, after: "x" }] : [{ ...entry, changes: entry.changes.slice(1) }];
          });
          const [finding, ...others] = verify(entries, document(length));
          expect(others).toEqual([]);
          expect(finding?.versions).toEqual([victim]);
          const cut = victim === length && length > 1 ? "tail cut" : "missing";
          expect(finding?.kind).toBe(how === "delete" ? cut : "altered");
        },
      ),
    );
  });
});

function record(oldImage: Image, newImage: Image) {
  return {
    eventId: "e",
    eventName: "MODIFY" as const,
    eventSourceArn: "arn",
    sequenceNumber: "1",
    keys: { code: { S: documentId } },
    oldImage,
    newImage,
  };
}

/** Without the fields that are undefined: DynamoDB has none. */
function defined(entry: object): object {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}
