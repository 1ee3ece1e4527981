import * as v from "valibot";

/** The faults that are told to happen cannot be read. */
export class InvalidFaultPlan extends Error {
  readonly code = "INVALID_FAULT_PLAN";
  constructor(problem: string, options?: ErrorOptions) {
    super(`The faults cannot be read: ${problem}`, options);
    this.name = "InvalidFaultPlan";
  }
}

const rate = v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0);
const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(60_000));

/** When a crash comes: before the call is carried out, after it and before its answer, or when the handler goes on with the answer. */
export const CRASH_MOMENTS = ["before", "after", "later"] as const;
export type CrashMoment = (typeof CRASH_MOMENTS)[number];

const planSchema = v.strictObject({
  /** The same seed gives the same faults, per service and record. */
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Messages, notifications and batches of stream records that are delivered twice. */
  duplicates: rate,
  /** Messages of standard queues that others overtake. */
  reordering: rate,
  /** Messages and batches of stream records that come again after they were handled and deleted. */
  lateRedelivery: rate,
  /** SDK calls at which the execution environment is killed: before the call, after it, or a moment later. */
  crashes: rate,
  /** SDK calls and invocations that are refused because there are too many. */
  throttles: rate,
  /** SDK calls that are answered with a 5xx; of those that write, some have been carried out. */
  serverErrors: rate,
  /** Entries of batch calls that fail though the call succeeds. */
  partialFailures: rate,
  /** SDK calls that wait for up to `slowMs`. */
  slowCalls: rate,
  /** SDK calls that are carried out, and whose connection is cut before the answer. */
  lostAnswers: rate,
  slowMs: v.optional(milliseconds, 300),
  /** The clocks of execution environments are off by up to this, either way. */
  clockSkewMs: v.optional(milliseconds, 0),
  /**
   * Kills an environment of a function at the n-th SDK call that the function makes, counted from 1 over all its environments. The
   * moment is the seed's to choose where none is named.
   */
  crashAt: v.optional(
    v.array(
      v.strictObject({
        function: v.string(),
        call: v.pipe(v.number(), v.integer(), v.minValue(1)),
        moment: v.optional(v.picklist(CRASH_MOMENTS)),
      }),
    ),
    [],
  ),
});

/** What goes wrong on purpose, how often, and the seed that decides where. Rates are from 0 to 1; what is left out does not happen. */
export type FaultPlan = Readonly<v.InferInput<typeof planSchema>>;

/** A plan with every field. */
export type CompleteFaultPlan = Readonly<v.InferOutput<typeof planSchema>>;

/** The faults that have a rate. */
export const FAULT_KINDS = [
  "duplicates",
  "reordering",
  "lateRedelivery",
  "crashes",
  "throttles",
  "serverErrors",
  "partialFailures",
  "slowCalls",
  "lostAnswers",
] as const;

/** A fault that has a rate. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Whether a plan has no fault of SDK calls, events and records; the clocks may be off. */
export function isQuiet(plan: CompleteFaultPlan): boolean {
  return plan.crashAt.length === 0 && FAULT_KINDS.every((kind) => plan[kind] === 0);
}

/** Checks a plan and completes it. @throws InvalidFaultPlan */
export function completePlan(plan: unknown): CompleteFaultPlan {
  const parsed = v.safeParse(planSchema, plan);
  if (parsed.success) return parsed.output;
  throw new InvalidFaultPlan(
    parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "the plan"}: ${issue.message}`).join("; "),
  );
}

/**
 * Reads a plan from JSON, or from a specification such as `seed=7,all=0.02,crashes=0,clockSkewMs=500,crashAt=worker:3`. There
 * `all` stands for every rate that is not named, several crashes are joined by `+`, and `worker:3:before` names a crash's moment.
 * @throws InvalidFaultPlan
 */
export function parseFaults(text: string): CompleteFaultPlan {
  if (!text.trimStart().startsWith("{")) return completePlan(fromSpecification(text));
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (cause) {
    throw new InvalidFaultPlan(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  return completePlan(plan);
}

function fromSpecification(text: string): Record<string, unknown> {
  const plan: Record<string, unknown> = {};
  for (const pair of text.split(",")) {
    const [name = "", value = ""] = pair.trim().split("=", 2);
    if (name === "all") for (const kind of FAULT_KINDS) plan[kind] ??= Number(value);
    else plan[name] = name === "crashAt" ? value.split("+").map(crashOf) : Number(value);
  }
  return plan;
}

function crashOf(text: string): { function: string; call: number; moment?: string } {
  const [name = "", call = "", ...moment] = text.split(":");
  return { function: name, call: Number(call), ...(moment.length > 0 && { moment: moment.join(":") }) };
}
