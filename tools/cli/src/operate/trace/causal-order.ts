import { type Step, type StepKind, STEP_KINDS } from "./step.ts";

/** What can have caused a step whose time is a rounded one. */
const CAUSES: ReadonlySet<StepKind> = new Set(["uploaded", "written"]);
/** Two machines' clocks are less apart than this; further apart, it was another write. */
const CLOCK_SKEW_MS = 5_000;

/**
 * Steps in the order of time, causes before their effects. DynamoDB gives the times of its stream's records in whole minutes, rounded
 * down: such a step (`withinMs`) goes behind the latest of its causes that fits. A change may be delivered, and recorded, before the
 * answer to its write has come, or by a machine whose clock is behind: both go behind the write. Pure.
 */
export function inCausalOrder(steps: readonly Step[]): readonly Step[] {
  const causes = steps.filter(({ kind, withinMs }) => CAUSES.has(kind) && withinMs === undefined).map(timeOf);
  const writeOf = writesOf(steps);
  return steps
    .map((step) => {
      const time = timeOf(step);
      const { withinMs } = step;
      if (withinMs !== undefined) return later(step, Math.max(time, ...causes.filter((at) => at <= time + withinMs)));
      const write = writeOf(step);
      return write !== undefined && write > time && write - time <= CLOCK_SKEW_MS ? later(step, write) : step;
    })
    .toSorted((a, b) => timeOf(a) - timeOf(b) || rankOf(a) - rankOf(b));
}

/** When that was written which a step delivers or records: the n-th record is of the n-th write, as far as the log goes back. */
function writesOf(steps: readonly Step[]): (step: Step) => number | undefined {
  const writes = timesOf(steps, "written");
  const records = timesOf(steps, "audited");
  const gone = Math.max(0, records.length - writes.length);
  return (step) => {
    if (step.kind !== "audited" && step.ofWrite !== true) return undefined;
    const next = records.findIndex((time) => time >= timeOf(step));
    return writes[next === -1 ? writes.length - 1 : next - gone];
  };
}

function timesOf(steps: readonly Step[], wanted: StepKind): readonly number[] {
  return steps
    .filter(({ kind, withinMs }) => kind === wanted && withinMs === undefined)
    .map(timeOf)
    .toSorted((a, b) => a - b);
}

/** Of steps of the same millisecond: as `STEP_KINDS` has them, and the delivery of a change right behind its write. */
function rankOf({ kind, ofWrite }: Step): number {
  return ofWrite === true ? STEP_KINDS.indexOf("written") + 0.5 : STEP_KINDS.indexOf(kind);
}

function timeOf({ at }: Step): number {
  return Date.parse(at);
}

function later(step: Step, time: number): Step {
  return time === timeOf(step) ? step : { ...step, at: new Date(time).toISOString() };
}
