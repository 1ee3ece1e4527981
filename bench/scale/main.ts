// Whether the pipeline settles so many orders a second: a simulation, event by event, of queue, functions, tables and stream with
// AWS's limits. Its parameters are those of infra/graph.production.json and of the measured bench/results.
//
//   npm run bench:scale [-- --seed 7]
//
// Writes bench/results/scale.json and the figures of docs/scale.md.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { rounded } from "../idempotency/samples.ts";
import { writeScaleGuide } from "./guide-figures.ts";
import { AWS_LIMITS } from "./limits.ts";
import { parametersOf } from "./parameters.ts";
import { type Sample, simulate } from "./simulate.ts";
import { scenarios, summarize } from "./scenarios.ts";

const { values } = parseArgs({ options: { seed: { type: "string", default: "20261125" } } });
const seed = Number(values.seed);
const SAMPLE_SECONDS = 10;

const results = scenarios.map(({ name, turned, load }) => {
  const parameters = parametersOf(turned);
  const simulated = simulate(parameters, { seed, ...load });
  const samples = simulated.samples
    .filter(({ second }) => second % SAMPLE_SECONDS === 0)
    .map((sample) => ({
      ...sample,
      ageSeconds: rounded(sample.ageSeconds),
      iteratorAgeSeconds: rounded(sample.iteratorAgeSeconds),
    }));
  return { name, load, turned, parameters, summary: summarize(simulated, load), samples: seriesOf(samples) };
});

/** A column each, since a row each would be thousands of lines. */
function seriesOf(samples: readonly Sample[]): Record<string, string> {
  const names = Object.keys(samples[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, samples.map((sample) => Reflect.get(sample, name)).join(" ")]));
}

const result = { seed, limits: AWS_LIMITS, sampleSeconds: SAMPLE_SECONDS, scenarios: results };
writeFileSync(new URL("../results/scale.json", import.meta.url), `${JSON.stringify(result, undefined, 2)}\n`);
writeScaleGuide();

// oxlint-disable no-console -- a table on the terminal is what this is for
console.log(`seed ${seed}`);
console.table(Object.fromEntries(results.map(({ name, summary }) => [name, summary])));
