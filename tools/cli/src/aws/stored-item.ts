import type { AttributeValue as SdkValue } from "@aws-sdk/client-dynamodb";
import type { AttributeValue, Image } from "@doorbell/aws-events/attribute-value";

/** An item as the SDK gives it, numbers still exact texts. */
export function storedImage(item: Readonly<Record<string, SdkValue>>): Image {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, storedValue(value)]));
}

function storedValue(value: SdkValue): AttributeValue {
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.B !== undefined) return { B: value.B };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.M !== undefined) return { M: storedImage(value.M) };
  if (value.L !== undefined) return { L: value.L.map(storedValue) };
  if (value.SS !== undefined) return { SS: value.SS };
  if (value.NS !== undefined) return { NS: value.NS };
  if (value.BS !== undefined) return { BS: value.BS };
  return { NULL: true };
}

/** An item as plain values, for a schema to read: texts, numbers, lists and maps. Anything else stays in DynamoDB JSON. */
export function plainItem(item: Readonly<Record<string, SdkValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: SdkValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.L !== undefined) return value.L.map(plainValue);
  return value.M === undefined ? value : plainItem(value.M);
}
