/** Figures of a function URL or an HTTP API. */
export interface WebStatus {
  /** Name of its SST component. */
  readonly component: string;
  readonly kind: "function-url" | "http-api";
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
  readonly requests: number;
  /** Requests whose function failed, was too slow, or gave no proper answer. */
  readonly failures: number;
}

/** The numbers of a {@link WebStatus} while they are counted. */
export interface WebCounters {
  requests: number;
  failures: number;
}
