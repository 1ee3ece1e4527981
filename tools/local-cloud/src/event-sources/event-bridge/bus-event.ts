import { randomUUID } from "node:crypto";
import { LOCAL_ACCOUNT } from "../../local-region.ts";

/** An event as its sender gives it. */
export interface EventEntry {
  readonly source: string;
  readonly detailType: string;
  /** A JSON object as text; it is passed on as it is. */
  readonly detail: string;
  readonly resources?: readonly string[];
  readonly time?: Date;
}

/** An event on a bus. */
export interface BusEvent {
  readonly id: string;
  /** The event as JSON, `detail` last. */
  readonly text: string;
  /** When EventBridge got it; ISO 8601, in UTC. */
  readonly ingestionTime: string;
  /** It came from another bus. Such an event goes to no third one (AWS: eb-bus-to-bus). */
  readonly forwarded: boolean;
}

/** The event that rules match and targets get (AWS: aws-events, "Event structure metadata"). */
export function createEvent(entry: EventEntry, region: string): BusEvent {
  const now = new Date();
  const id = randomUUID();
  const metadata = {
    version: "0",
    id,
    "detail-type": entry.detailType,
    source: entry.source,
    account: LOCAL_ACCOUNT,
    time: toSecond(entry.time ?? now),
    region,
    resources: entry.resources ?? [],
  };
  const text = `${JSON.stringify(metadata).slice(0, -1)},"detail":${entry.detail}}`;
  return { id, text, ingestionTime: toSecond(now), forwarded: false };
}

const toSecond = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
