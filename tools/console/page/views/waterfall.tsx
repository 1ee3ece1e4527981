import type { InvocationRow, StoryStep } from "../../src/protocol.ts";
import { clock, duration } from "../parts/format.ts";
import { labelOf } from "../state/store.ts";

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly failed: boolean;
}

interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
  readonly marks: readonly { readonly at: number; readonly kind: string; readonly title: string }[];
}

const BAD_STEPS = new Set(["refused", "parked", "failed", "retried"]);

/** A lane a service: bars are invocations, marks are steps. Its words stand in the table below. */
export function Waterfall({
  steps,
  invocations,
}: {
  readonly steps: readonly StoryStep[];
  readonly invocations: readonly InvocationRow[];
}) {
  const lanes = lanesOf(steps, invocations);
  const times = lanes.flatMap(({ bars, marks }) => [
    ...bars.flatMap(({ from, to }) => [from, to]),
    ...marks.map(({ at }) => at),
  ]);
  const begin = Math.min(...times);
  const whole = Math.max(Math.max(...times) - begin, 1);
  const left = (at: number): string => `${(((at - begin) / whole) * 100).toFixed(3)}%`;
  return (
    <div
      class="waterfall"
      role="img"
      aria-label={`${lanes.length} lanes over ${duration(whole)}; the table below says it in words`}
    >
      {lanes.map(({ name, bars, marks }) => (
        <div key={name} class="lane">
          <span class="name">{name}</span>
          <span class="track">
            {bars.map(({ from, to, title, failed }, index) => (
              <i
                key={index}
                class={failed ? "bar failed" : "bar"}
                title={title}
                style={{ left: left(from), width: `max(3px, ${(((to - from) / whole) * 100).toFixed(3)}%)` }}
              />
            ))}
            {marks.map(({ at, kind, title }, index) => (
              <i
                key={index}
                class={BAD_STEPS.has(kind) ? "step-mark bad" : "step-mark"}
                title={title}
                style={{ left: left(at) }}
              />
            ))}
          </span>
        </div>
      ))}
      <div class="lane scale">
        <span class="name" />
        <span class="track">
          <span>{clock(begin)}</span>
          <span>+ {duration(whole)}</span>
        </span>
      </div>
    </div>
  );
}

/** In the order in which they begin. A function's invocations and its steps go by one name where one ends with the other. */
function lanesOf(steps: readonly StoryStep[], invocations: readonly InvocationRow[]): readonly Lane[] {
  const services = [...new Set(steps.map(({ service }) => service))];
  const laneOf = (row: InvocationRow): string =>
    services.find((service) => row.function === service || row.function.endsWith(`-${service}`)) ??
    labelOf(row.function);
  const names = [...new Set([...services, ...invocations.map(laneOf)])];
  const lanes = names.map((name) => ({
    name,
    bars: invocations
      .filter((row) => laneOf(row) === name)
      .map((row) => ({
        from: row.startedAt - (row.initMs ?? 0),
        to: row.startedAt + row.durationMs,
        title: `${clock(row.startedAt)} ${row.outcome} in ${duration(row.durationMs)}`,
        failed: row.outcome !== "answered",
      })),
    marks: steps
      .filter(({ service }) => service === name)
      .map(({ at, kind, says }) => ({ at: Date.parse(at), kind, title: `${clock(Date.parse(at))} ${says}` })),
  }));
  const first = ({ bars, marks }: Lane): number =>
    Math.min(...bars.map(({ from }) => from), ...marks.map(({ at }) => at));
  return lanes.toSorted((a, b) => first(a) - first(b));
}
