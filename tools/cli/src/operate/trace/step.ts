/** What happened in one step, for programs; of two steps of the same millisecond the earlier named comes first. */
export const STEP_KINDS = [
  "uploaded",
  "redelivered",
  "delivered",
  "throttled",
  "read",
  "written",
  "audited",
  "logged",
  "skipped",
  "refused",
  "parked",
  "retried",
  "failed",
  "kept",
] as const;

export type StepKind = (typeof STEP_KINDS)[number];

/** One step of a story. */
export interface Step {
  /** ISO 8601. */
  readonly at: string;
  /** How much later than `at` it may have been, in milliseconds, where the time is a rounded one. */
  readonly withinMs?: number;
  /** It delivers a change that a write of this story made. */
  readonly ofWrite?: boolean;
  /** The service, or the place where it happened. */
  readonly service: string;
  readonly kind: StepKind;
  readonly says: string;
  readonly requestId?: string;
}
