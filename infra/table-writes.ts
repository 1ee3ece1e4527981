import { settingsOf, type StageSettings } from "./stage.ts";

/** The `transform` of a table by which it takes the writes that the stage is sized for. */
export function tableWrites(name: keyof StageSettings["tableWrites"]): {
  readonly table: Partial<aws.dynamodb.TableArgs>;
} {
  const { maximum, warm } = settingsOf($app.stage).tableWrites[name];
  return {
    table: {
      ...(maximum === undefined ? {} : { onDemandThroughput: { maxWriteRequestUnits: maximum } }),
      // Both are asked for; 12,000 is what a table reads without.
      ...(warm === undefined ? {} : { warmThroughput: { writeUnitsPerSecond: warm, readUnitsPerSecond: 12_000 } }),
    },
  };
}
