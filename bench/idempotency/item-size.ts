/** A DynamoDB attribute value as it goes over the wire. */
export type WireValue = Readonly<Record<string, unknown>>;
/** A DynamoDB item as it goes over the wire. */
export type WireItem = Readonly<Record<string, WireValue>>;

const bytes = (text: string): number => Buffer.byteLength(text);

/** The size of an item in bytes (AWS: "DynamoDB item sizes and formats"). */
export function itemSize(item: WireItem): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + bytes(name) + valueSize(value), 0);
}

function valueSize(value: WireValue): number {
  const [type, content] = Object.entries(value)[0] ?? ["NULL"];
  if (type === "S") return bytes(String(content));
  if (type === "N") return Math.ceil(String(content).replace(/[^0-9]/g, "").length / 2) + 1;
  if (type === "M" && isItem(content)) return Object.keys(content).length + 3 + itemSize(content);
  if (type === "L" && Array.isArray(content)) {
    return content.reduce<number>((sum, each: WireValue) => sum + 1 + valueSize(each), 3);
  }
  return 1;
}

function isItem(content: unknown): content is WireItem {
  return typeof content === "object" && content !== null;
}

/** Write units of one write of so many bytes: one per KB begun (AWS: "Read and write capacity"). */
export const writeUnits = (size: number): number => Math.max(1, Math.ceil(size / 1_024));
/** Read units of one consistent read: one per 4 KB begun, an absent item counted too. */
export const readUnits = (size: number): number => Math.max(1, Math.ceil(size / 4_096));
