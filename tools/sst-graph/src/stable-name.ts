/** The inputs by which AWS knows a resource, where SST appends eight random letters (the alphabet is SST's). */
const physicalNames = ["name", "bucket"] as const;
const randomSuffix = /-[abcdefhkmnorstuvwxz]{8}(?=\.fifo$|$)/;

/**
 * Takes off the random suffix that SST gives to the physical name of a resource, so that the same configuration always makes
 * the same graph. A name that the configuration sets itself stays as it is.
 */
export function stableName(
  logicalName: string,
  inputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const stable: Record<string, unknown> = { ...inputs };
  for (const property of physicalNames) {
    const name = inputs[property];
    if (typeof name !== "string") continue;
    const stem = name.replace(randomSuffix, "");
    if (isDerived(stem.replace(/\.fifo$/, ""), logicalName)) stable[property] = stem;
  }
  return stable;
}

/** SST puts app and stage before the logical name, or cuts it where it is too long; a log group has its function's name. */
function isDerived(physicalName: string, logicalName: string): boolean {
  const physical = physicalName.toLowerCase();
  const logical = logicalName.replaceAll(/[^a-zA-Z0-9]/g, "").toLowerCase();
  return [logical, logical.replace(/loggroup$/, "function")].some(
    (name) => physical.endsWith(name) || name.startsWith(physical),
  );
}
