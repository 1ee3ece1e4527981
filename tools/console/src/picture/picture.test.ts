import { expect, it } from "vitest";
import { testGraph } from "../../test/fake-ports.ts";
import { pictureOf } from "./picture.ts";

it("draws event sources, what is given up, and what a function's environment names", () => {
  const { nodes, edges } = pictureOf(testGraph());
  const label = (id: string) => nodes.find((node) => node.id === id)?.label;
  expect(edges.map(({ from, to, kind }) => `${label(from)} ${kind} ${label(to)}`)).toEqual([
    "Files events reader",
    "Jobs events worker",
    "Jobs failures JobsDlq",
    "reader uses Jobs",
  ]);
  expect(nodes.filter(({ holdsFailures }) => holdsFailures).map((node) => node.label)).toEqual(["JobsDlq"]);
});

it("takes what SST links for named, and does not draw a source as used by its own function", () => {
  const graph = testGraph();
  const functions = graph.functions.map((each) => ({
    ...each,
    environment: {
      SST_RESOURCE_Jobs: JSON.stringify({
        type: "sst.aws.Queue",
        url: "https://sqs.eu-central-2.amazonaws.com/000000000000/jobs",
      }),
    },
  }));
  const kinds = pictureOf({ ...graph, functions }).edges.filter(
    ({ to }) => to.endsWith(":jobs") || to.endsWith(":worker"),
  );
  expect(kinds.map(({ kind }) => kind)).toEqual(["events", "uses"]);
});
