import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nameProblem, ownerProblem, readAnswers } from "./answers.ts";
import { withCodeOwner, withName, withService } from "./lists.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const answersOf = (name: string) =>
  readAnswers({ name, owner: "@doorbell/mail", eventSource: "queue", strategy: "lease" });

describe("a service more", () => {
  test.each(["aa-first", "mail-orders", "zz-last"])(
    "%s has its place by name on every list, and changes nothing else",
    (name) => {
      const answers = answersOf(name);
      for (const [file, add] of [
        ["infra/services.ts", withService],
        ["infra/names.ts", withName],
        ["CODEOWNERS", withCodeOwner],
      ] as const) {
        const before = read(file).split("\n");
        const after = add(read(file), answers).split("\n");
        const added = after.filter((line) => !before.includes(line));
        expect(added.join("\n"), file).toContain(file === "infra/names.ts" ? answers.variable : name);
        expect(after.length - before.length, file).toBe({ "infra/services.ts": 8 }[file as string] ?? 2);
      }
      const names = [...withService(read("infra/services.ts"), answers).matchAll(/^ {4}name: "(.*)"/gm)].map(
        ([, it = ""]) => it,
      );
      expect(names).toEqual(names.toSorted());
      const owned = [...withCodeOwner(read("CODEOWNERS"), answers).matchAll(/^\/apps\/(.*)\/ /gm)].map(
        ([, it = ""]) => it,
      );
      expect(owned).toEqual(names);
    },
  );

  test.each([withService, withName, withCodeOwner])(
    "a text that is no such list is refused, not changed (%o)",
    (add) => {
      expect(() => add("something else\n", answersOf("mail-orders"))).toThrow(
        expect.objectContaining({ code: "UNKNOWN_LIST" }),
      );
    },
  );
});

test.each([
  ["order-mailer", undefined],
  ["mailer2", undefined],
  ["Order-mailer", /is no name of a service/],
  ["order--mailer", /is no name of a service/],
  ["order_mailer", /is no name of a service/],
  ["order-2", /is no name of a service/],
  ["../escape", /is no name of a service/],
  ["name-of-more-than-twenty-four", /at most 24/],
  ["order-queue", /there is a service or a file/],
  ["orders", /there is a service or a file/],
])("the name %s", (name, problem) => {
  if (problem === undefined) expect(nameProblem(name)).toBeUndefined();
  else expect(nameProblem(name)).toMatch(problem);
});

test.each(["mail", "@mail", "@a/b/c", "@a /b"])("%s is no owner", (owner) => {
  expect(ownerProblem(owner)).toMatch(/is no team/);
});

test("an event source or a strategy that is none is refused by name", () => {
  const given = { name: "order-mailer", owner: "@doorbell/mail", eventSource: "queue", strategy: "lease" };
  expect(() => readAnswers({ ...given, eventSource: "topic" })).toThrow(/queue, FIFO queue, bucket, table stream/);
  expect(() => readAnswers({ ...given, strategy: "transact" })).toThrow(/inline, lease/);
});
