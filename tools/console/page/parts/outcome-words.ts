/** How an invocation ended, in words. */
export const OUTCOME_WORDS = {
  answered: "answered",
  "partly-failed": "partly failed",
  failed: "failed",
  "timed-out": "timed out",
} as const;
