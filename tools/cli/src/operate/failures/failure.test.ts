import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repositoryRoot } from "../../repository.ts";
import { FAILURE_KINDS } from "./failure.ts";

it("every kind of failure has a section in docs/operations.md, with the command that sends it back", () => {
  const [, failures = ""] = readFileSync(join(repositoryRoot, "docs/operations.md"), "utf8").split("\n## Failures\n");
  const sections = new Map(
    failures
      .split(/^### /m)
      .slice(1)
      .map((section): [string, string] => [section.split("\n", 1)[0] ?? "", section]),
  );
  expect([...sections.keys()]).toEqual([...FAILURE_KINDS]);
  for (const [kind, section] of sections) expect(section, kind).toContain("doorbell failures redrive --reason");
});
