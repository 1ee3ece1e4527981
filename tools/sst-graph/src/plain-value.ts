/** How Pulumi marks a value as secret: an object with this key and content, and the value itself beside it. */
const MARK = "4dabf18193072939515e22adb298388d";

/** What stands for a secret that is left out. */
export const HIDDEN = "(secret)";

/**
 * `value` as JSON can hold it, keys sorted: secrets are plain values, or "(secret)" where `hideSecrets` is set; a file or archive
 * is an object with its `path`, `text` or `uri`.
 */
export async function plainValue(value: unknown, hideSecrets: boolean): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => plainValue(item, hideSecrets)));
  if (typeof value !== "object" || value === null) return value;
  if (MARK in value && "value" in value) return hideSecrets ? HIDDEN : plainValue(value.value, hideSecrets);
  // An asset's path or text may still be a promise.
  const entries = await Promise.all(
    Object.entries(value)
      .filter(([key]) => !bookkeeping.has(key))
      .map(async ([key, inner]) => [key, await plainValue(await inner, hideSecrets)] as const),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => compare(a, b)));
}

/** What Pulumi adds to an object for itself: the kind of an asset, and the code of a resource that a program provides. */
const bookkeeping = new Set(["__pulumiAsset", "__pulumiArchive", "__provider"]);

/** By code unit: the same on every machine, whatever its language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
