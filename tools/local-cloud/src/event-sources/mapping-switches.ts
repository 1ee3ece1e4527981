import type { DatabaseSync } from "node:sqlite";
import type { MappingDefinition } from "../graph/graph.ts";

/** Whether one mapping is meant to be enabled, over restarts. */
export interface MappingSwitch {
  readonly enabled: boolean;
  set(enabled: boolean): void;
}

/**
 * The switches of all mappings, in the state database. What somebody set holds until the graph says something else than it said then:
 * that is a deployment, and it sets the switch on AWS, too.
 */
export function createMappingSwitches(state: DatabaseSync): {
  of(mapping: Pick<MappingDefinition, "uuid" | "enabled">): MappingSwitch;
} {
  state.exec(`CREATE TABLE IF NOT EXISTS mapping_switches (
    mapping TEXT PRIMARY KEY, deployed INTEGER NOT NULL, enabled INTEGER NOT NULL) WITHOUT ROWID`);
  const forget = state.prepare("DELETE FROM mapping_switches WHERE mapping = ? AND deployed <> ?");
  const one = state.prepare("SELECT enabled FROM mapping_switches WHERE mapping = ?");
  const put = state.prepare("INSERT OR REPLACE INTO mapping_switches (mapping, deployed, enabled) VALUES (?, ?, ?)");
  return {
    of({ uuid, enabled: deployed }) {
      forget.run(uuid, Number(deployed));
      return {
        get enabled() {
          return (one.get(uuid)?.["enabled"] ?? Number(deployed)) === 1;
        },
        set(enabled) {
          put.run(uuid, Number(deployed), Number(enabled));
        },
      };
    },
  };
}
