import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { kindsOf, placeWords } from "@doorbell/cli/operate/failures/failure-hooks";
import { failurePlaces } from "@doorbell/cli/operate/failures/failure-places";
import { projectRoot } from "@doorbell/cli/project";
import { projectGraph } from "@doorbell/cli/project-graph";
import { resourceEnvironment } from "@doorbell/local-cloud/local-environment";
import { expect, it } from "vitest";
import { failureHooks } from "./failure-hooks.ts";

const graph = await projectGraph();
const names = resourceEnvironment("http://127.0.0.1:1", graph, []);
const hooks = failureHooks({ title: "the graph", names, dynamodb: new DynamoDBClient({ region: graph.region }) });
const places = failurePlaces(graph);

it("every place of the pipeline where failures end has hooks, and there are no others", () => {
  expect(places.map(({ component }) => component).toSorted()).toEqual(Object.keys(hooks).toSorted());
});

it("every kind of failure has a section in docs/operations.md, with the command that sends it back", () => {
  const [, failures = ""] = readFileSync(join(projectRoot(), "docs/operations.md"), "utf8").split("\n## Failures\n");
  const sections = new Map(
    failures
      .split(/^### /m)
      .slice(1)
      .map((section): [string, string] => [section.split("\n", 1)[0] ?? "", section]),
  );
  const kinds = places.flatMap((place) => kindsOf(place, placeWords(place, hooks[place.component])));
  expect([...sections.keys()].toSorted()).toEqual(kinds.toSorted());
  for (const [kind, section] of sections) expect(section, kind).toContain("doorbell failures redrive --reason");
});
