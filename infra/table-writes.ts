import { settingsOf } from "./stage.ts";

/** The `transform` of a table by which it takes the writes that the stage is sized for. */
export function tableWrites(): { readonly table: Partial<aws.dynamodb.TableArgs> } {
  const { maximum, warm } = settingsOf($app.stage).tableWrites;
  return {
    table: {
      ...(maximum === undefined ? {} : { onDemandThroughput: { maxWriteRequestUnits: maximum } }),
      ...(warm === undefined ? {} : { warmThroughput: { writeUnitsPerSecond: warm, readUnitsPerSecond: 12_000 } }),
    },
  };
}
