import { computed, signal } from "@preact/signals";
import type { FaultRates, Figures, InvocationRow, RedriveJob, Session } from "../../src/protocol.ts";

/** What the page knows, for all of its views. */
export const session = signal<Session | undefined>(undefined);
export const connection = signal<"connecting" | "live" | "lost">("connecting");
/** Of the last minute, the oldest first. */
export const figures = signal<readonly Figures[]>([]);
export const latest = computed(() => figures.value.at(-1));
export const redrives = signal<readonly RedriveJob[]>([]);
export const faults = signal<FaultRates>({});

const KEPT_SECONDS = 60;

/** Takes a second's figures. */
export function addFigures(next: Figures): void {
  figures.value = [...figures.value.slice(1 - KEPT_SECONDS), next];
}

/** Takes the state of a redrive. */
export function putRedrive(job: RedriveJob): void {
  const others = redrives.value.filter(({ id }) => id !== job.id);
  redrives.value = [...others, job].slice(-20);
}

/** Takes what a session says, of a new boot or of the same. */
export function enter(next: Session): void {
  session.value = next;
  figures.value = next.figures;
  redrives.value = next.redrives;
  faults.value = next.faults;
}

type Listener = (rows: readonly InvocationRow[], missed: number) => void;
const listeners = new Set<Listener>();

/** Calls the listener with invocations as they end, the oldest first; the answer unsubscribes it. */
export function onInvocations(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Tells of invocations, and of how many there were more than were told. */
export function tellInvocations(rows: readonly InvocationRow[], missed = 0): void {
  for (const listener of listeners) listener(rows, missed);
}

/** The component of a queue, table, bucket, topic or rule by its name, such as `Orders`. */
export function sourceLabelOf(name: string): string {
  return session.value?.picture.nodes.find((node) => node.name === name)?.label ?? name;
}

/** The function's label, such as `OrderQueue`. */
export function labelOf(functionName: string): string {
  return session.value?.functions.find(({ name }) => name === functionName)?.label ?? functionName;
}
