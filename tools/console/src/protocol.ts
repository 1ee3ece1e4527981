/*
 * What the console's server and its page say to each other. Types alone: the page is bundled without the server.
 * Times are milliseconds since 1970 unless a name says otherwise.
 */

export type NodeKind = "bucket" | "queue" | "table" | "function" | "topic" | "rule" | "web";

/** A resource in the picture. */
export interface PictureNode {
  /** Its ARN; of a web address its kind and component. */
  readonly id: string;
  readonly kind: NodeKind;
  /** Of its component, such as `MyQueue`. */
  readonly label: string;
  readonly name: string;
  /** Whether failures end there. */
  readonly holdsFailures: boolean;
}

/** `events`: it gives events to the other. `failures`: what it gives up ends there. `uses`: its environment names the other. */
export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: "events" | "failures" | "uses";
}

export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** One resource in one second. Absent is what its kind does not have. */
export interface NodeFigures {
  /** Invocations of a function, records of an event source, requests of an address, a second. */
  readonly rate: number;
  /** Failed invocations or batches, a second. */
  readonly errors: number;
  /** Messages that wait in a queue, and asynchronous events that wait for a function. */
  readonly depth?: number;
  readonly inFlight?: number;
  readonly running?: number;
  readonly environments?: number;
  readonly throttles?: number;
  /** Mean duration of the invocations that ended in this second. */
  readonly durationMs?: number;
  /** How long the oldest message, or the oldest record of a stream, has been there. */
  readonly ageMs?: number;
  /** What stands in the way, in a sentence. */
  readonly problem?: string;
}

/** All resources in one second, by node. */
export interface Figures {
  readonly at: number;
  readonly nodes: Readonly<Record<string, NodeFigures>>;
  /** How often each fault has happened; empty where none was asked for. */
  readonly faults: Readonly<Record<string, number>>;
  /** Messages and objects that failed for good, as far as they can be counted without reading them. */
  readonly failures: number;
}

export type Outcome = "answered" | "partly-failed" | "failed" | "timed-out";

/** One invocation, as the list shows it. */
export interface InvocationRow {
  /** Its place among all since the boot, from 0. */
  readonly place: number;
  readonly requestId: string;
  /** Name of the function. */
  readonly function: string;
  /** What asked for it, such as `sqs`; `client` for a call of the Invoke API. */
  readonly source: string;
  /** Its name, short; empty for a client. */
  readonly sourceName: string;
  readonly records: number;
  readonly attempt: number;
  readonly startedAt: number;
  readonly durationMs: number;
  /** Of a cold start. */
  readonly initMs?: number;
  readonly outcome: Outcome;
  /** Records that the answer reports as failed; the first line of an error. */
  readonly problem?: string;
}

/** A page of invocations, the latest first. */
export interface InvocationPage {
  readonly rows: readonly InvocationRow[];
  /** Where the next page begins; absent at the end of what is kept. */
  readonly before?: number;
}

export interface LogRow {
  readonly time: number;
  readonly line: string;
}

/** One invocation whole. */
export interface InvocationDetail {
  readonly row: InvocationRow;
  /** JSON text; absent where it is not kept any more. */
  readonly event?: string;
  readonly answer?: string;
  /** Those that are still kept. */
  readonly lines: readonly LogRow[];
}

/** One thing that failed for good. */
export interface FailureRow {
  readonly id: string;
  readonly kind: string;
  readonly place: string;
  readonly what: string;
  readonly reason: string;
  readonly attempts?: number;
  /** ISO 8601. */
  readonly firstAt?: string;
  readonly lastAt?: string;
  readonly facts: Readonly<Record<string, string>>;
}

export interface FailureDetail {
  readonly failure: FailureRow;
  /** What is sent back, to the letter. */
  readonly content: string;
}

/** What became of one failure that was to be sent back. */
export interface RedriveResult {
  readonly id: string;
  readonly result: string;
  readonly detail?: string;
}

/**
 * A redrive: it waits for some seconds, in which it can be undone as if it had never been, runs, and ends. Stopped while it runs, it
 * ends with the one under way.
 */
export interface RedriveJob {
  readonly id: string;
  readonly state: "waiting" | "running" | "ended" | "undone";
  /** When it starts, while it waits. */
  readonly startsAt: number;
  readonly total: number;
  readonly done: number;
  /** How many came to which result. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first of those that have something to say. */
  readonly details: readonly RedriveResult[];
  readonly stopped: boolean;
  /** Why it broke off. */
  readonly problem?: string;
}

/** One step of a story; `at` is ISO 8601. */
export interface StoryStep {
  readonly at: string;
  readonly service: string;
  readonly kind: string;
  readonly says: string;
  readonly requestId?: string;
}

/** What is known of one id. */
export interface Story {
  readonly id: string;
  /** Where it stands now, a sentence each. */
  readonly summary: readonly string[];
  readonly steps: readonly StoryStep[];
  /** What is stored of it, as JSON text. */
  readonly records: readonly { readonly title: string; readonly json: string }[];
  /** Invocations that the steps name and that are kept. */
  readonly invocations: readonly InvocationRow[];
  /** What failed for good and names it. */
  readonly failures: readonly FailureRow[];
}

/** How far a file has come that was put into a bucket. */
export interface FileProgress {
  readonly done: boolean;
  readonly failed: boolean;
  /** A sentence. */
  readonly says: string;
  /** 0 to 1, where that is known. */
  readonly fraction?: number;
  /** What is written about it, in the end its receipt. */
  readonly facts: Readonly<Record<string, string>>;
}

/** The fault plan by name of its field; rates are 0 to 1. */
export type FaultRates = Readonly<Record<string, number>>;

/** What the page needs to know once, and again after a new boot. */
export interface Session {
  /** A new one for each boot of the local cloud. */
  readonly boot: string;
  /** To be sent with every changing request, as `x-doorbell-token`. */
  readonly token: string;
  readonly project: string;
  readonly stage: string;
  readonly endpoint: string;
  readonly timeScale: number;
  readonly picture: Picture;
  readonly functions: readonly { readonly name: string; readonly label: string }[];
  readonly buckets: readonly { readonly name: string; readonly label: string; readonly notifies: boolean }[];
  readonly queues: readonly { readonly name: string; readonly label: string; readonly fifo: boolean }[];
  readonly samples: readonly string[];
  /** What stories are about, such as `ticket`; absent where the project has not said. */
  readonly noun?: string;
  readonly faults: FaultRates;
  /** The faults that have a rate. */
  readonly faultKinds: readonly string[];
  /** The last minute, the oldest first. */
  readonly figures: readonly Figures[];
  readonly redrives: readonly RedriveJob[];
  /** The place that the next invocation gets. */
  readonly nextPlace: number;
}

/** What the feed (`text/event-stream`) says, by the name of the event. */
export interface FeedEvents {
  /** The first word of each connection. */
  readonly boot: { readonly boot: string };
  readonly figures: Figures;
  readonly invocations: readonly InvocationRow[];
  /** Invocations were left out: more than are kept for a page that was away. */
  readonly missed: { readonly count: number };
  readonly redrive: RedriveJob;
  readonly faults: FaultRates;
}
