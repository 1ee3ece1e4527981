import type { MappingDefinition } from "../graph/graph.ts";
import type { EventSource } from "./event-source.ts";
import type { MappingSwitch } from "./mapping-switches.ts";
import { newCounters, type MappingCounters, type MappingState } from "./mapping-status.ts";

/*
 * States of a mapping and what leaves each:
 *
 *   Disabled ──enable──▶ Enabling ──it reads──▶ Enabled ──disable──▶ Disabling ──what was in flight has ended──▶ Disabled
 *                        Enabling ──it cannot be read──▶ Disabled
 */

/** A function runs for 15 minutes at most, and a mapping that is being disabled lets it. */
const DISABLE_GRACE_MS = 15 * 60 * 1_000;

/** An event source mapping that can be disabled and enabled again while the local cloud runs. */
export interface SwitchedMapping extends EventSource {
  readonly definition: MappingDefinition;
  readonly state: MappingState;
  /** When its state changed for the last time on somebody's wish. */
  readonly lastModified: Date;
  readonly counters: Readonly<MappingCounters>;
  /** Begins to enable or disable it; nothing where it is so already. Ask only when it is `Enabled` or `Disabled`. */
  setEnabled(enabled: boolean): void;
}

/**
 * Puts a switch on a mapping. One that was disabled goes on where it stood: a stream at its checkpoint, a queue with the
 * messages that lie in it. Its figures are counted over all its times.
 */
export function createSwitchedMapping(
  definition: MappingDefinition,
  kept: MappingSwitch,
  create: (counters: MappingCounters) => EventSource,
): SwitchedMapping {
  const counters = newCounters();
  let state: MappingState = "Disabled";
  let source: EventSource | undefined;
  let lastModified = new Date();

  async function enable(): Promise<void> {
    state = "Enabling";
    source = create(counters);
    try {
      await source.start();
      if (state === "Enabling") state = "Enabled";
    } catch (error) {
      await source.stop();
      source = undefined;
      state = "Disabled";
      throw error;
    }
  }

  async function disable(): Promise<void> {
    state = "Disabling";
    await source?.stop(DISABLE_GRACE_MS);
    source = undefined;
    state = "Disabled";
  }

  return {
    definition,
    counters,
    get state() {
      return state;
    },
    get lastModified() {
      return lastModified;
    },
    async start() {
      if (kept.enabled) await enable();
    },
    setEnabled(enabled) {
      if (enabled === (state === "Enabled")) return;
      kept.set(enabled);
      lastModified = new Date();
      (enabled ? enable() : disable()).catch((error: unknown) => {
        counters.problem = `${definition.eventSourceArn} cannot be ${enabled ? "read" : "left"}: ${String(error)}`;
      });
    },
    idle: () => state === "Disabled" || (state === "Enabled" && source?.idle() === true),
    status: () => [
      {
        uuid: definition.uuid,
        source: definition.eventSourceArn,
        target: definition.functionName,
        kind: definition.kind,
        ...counters,
        ...source?.status()[0],
        state,
      },
    ],
    async stop(graceMs) {
      await source?.stop(graceMs);
    },
  };
}
