import type * as v from "valibot";
import { InvalidGraph } from "./invalid-graph.ts";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import type { indexInputs, tableInputs } from "./graph-resources.ts";
import type { IndexDefinition, KeyAttribute, TableDefinition } from "./graph.ts";

/**
 * Reads a table with its keys, indexes, stream and time to live.
 * @throws InvalidGraph where a key is no defined attribute
 */
export function readTable(
  value: v.InferOutput<typeof tableInputs>,
  component: string,
  region: string,
): TableDefinition {
  const key = (name: string): KeyAttribute => {
    const attribute = value.attributes.find((each) => each.name === name);
    if (attribute === undefined) throw new InvalidGraph(component, `its key ${name} is no attribute.`);
    return attribute;
  };
  const keysOf = ({ name, hashKey, rangeKey, keySchemas }: v.InferOutput<typeof indexInputs>) => {
    const named = (type: "HASH" | "RANGE") =>
      (keySchemas ?? []).filter(({ keyType }) => keyType === type).map(({ attributeName }) => attributeName);
    const [hashes, ranges] = [named("HASH"), named("RANGE")];
    if (hashes.length > 1 || ranges.length > 1)
      throw new InvalidGraph(
        component,
        `its index ${name} has a key of several attributes, which DynamoDB Local does not have; join them in one attribute.`,
      );
    const range = rangeKey ?? ranges[0];
    // A local index shares the table's partition key.
    return { hash: key(hashKey ?? hashes[0] ?? value.hashKey), ...(range && { range: key(range) }) };
  };
  const index = (each: v.InferOutput<typeof indexInputs>): IndexDefinition => ({
    name: each.name,
    ...keysOf(each),
    projection: each.projectionType,
    nonKeyAttributes: each.nonKeyAttributes ?? [],
  });
  return {
    name: value.name,
    arn: `arn:aws:dynamodb:${region}:${LOCAL_ACCOUNT}:table/${value.name}`,
    component,
    hash: key(value.hashKey),
    ...(value.rangeKey && { range: key(value.rangeKey) }),
    ...(value.streamEnabled === true && { streamView: value.streamViewType ?? "NEW_AND_OLD_IMAGES" }),
    ...(value.ttl?.enabled === true && value.ttl.attributeName && { ttlAttribute: value.ttl.attributeName }),
    globalIndexes: (value.globalSecondaryIndexes ?? []).map(index),
    localIndexes: (value.localSecondaryIndexes ?? []).map(index),
  };
}
