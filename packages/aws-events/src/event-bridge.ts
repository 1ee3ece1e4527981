import { type Fields, readFields, readName, readOptionalText, readText, refuse, refuseField } from "./fields.ts";
import { isObject } from "./is-object.ts";
import { issueAt } from "./issue.ts";
import type { Issue, Parsed } from "./parsed.ts";

/** An event of an event bus or of a schedule (AWS: "Event structure" of the EventBridge events reference). One an invocation. */
export interface BusEvent {
  readonly id: string;
  /** Who sent it, such as `aws.s3`. */
  readonly source: string;
  /** What happened, in the words of the source. Decides, with the source, what `detail` holds. */
  readonly detailType: string;
  readonly account: string;
  readonly region: string;
  /** When it happened, as the source says: ISO 8601 from AWS, yet not checked, for the source may write what it likes. */
  readonly time: string;
  /** ARNs. */
  readonly resources: readonly string[];
  /** Untouched. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** Only of an event that is replayed from an archive. */
  readonly replayName?: string;
}

/** True for what has the mark of an event bus. Says nothing about the rest. */
export function isBusEvent(event: unknown): event is Record<string, unknown> {
  return isObject(event) && "detail-type" in event;
}

/** Reads an event of an event bus. Never throws on a payload. `path` is where it sits in a larger payload. */
export function parseEventBridgeEvent(event: unknown, path = ""): Parsed<BusEvent> {
  if (!isBusEvent(event)) return { ok: false, issues: [issueAt(path, "an event of EventBridge", event)] };
  const issues: Issue[] = [];
  const fields: Fields = { values: event, parent: undefined, key: path, issues };
  const replayName = readOptionalText(fields, "replay-name", event["replay-name"]);
  const value = {
    id: readName(fields, "id", event["id"], "an event id"),
    source: readName(fields, "source", event["source"], "an event source"),
    detailType: readName(fields, "detail-type", event["detail-type"], "a detail type"),
    account: readText(fields, "account", event["account"]),
    region: readText(fields, "region", event["region"]),
    time: readName(fields, "time", event["time"], "a time"),
    resources: readResources(fields, event["resources"]),
    detail: readFields(fields, "detail", event["detail"]).values,
    ...(replayName !== undefined && { replayName }),
  };
  return issues.length === 0 ? { ok: true, value } : { ok: false, issues };
}

function readResources(event: Fields, resources: unknown): readonly string[] {
  if (resources === undefined || resources === null) return [];
  if (!Array.isArray(resources)) {
    refuseField(event, "resources", resources, "array");
    return [];
  }
  const other = resources.findIndex((resource) => typeof resource !== "string");
  if (other === -1) return resources;
  const parent = { parent: event, key: "resources", issues: event.issues };
  refuse({ parent, key: other, issues: event.issues }, "string", resources[other]);
  return [];
}
