/** The inputs by which the cloud knows a resource, where SST appends eight letters (the alphabet is SST's). */
const physicalNames = [
  "name",
  "bucket",
  "targetId",
  "domain",
  "domainName",
  "identityPoolName",
  "configurationSetName",
  "keyName",
  "clusterIdentifier",
  "identifier",
  "replicationGroupId",
] as const;
const suffix = /[-_][abcdefhkmnorstuvwxz]{8}(?=\.fifo$|$)/;

/**
 * Takes off the suffix that SST gives to the physical name of a resource, so that a graph reads well. A name that SST had to cut
 * keeps it, since two names may be cut to the same; and a name that the configuration sets itself stays as it is.
 */
export function stableName(
  logicalName: string,
  inputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const stable: Record<string, unknown> = { ...inputs };
  for (const property of physicalNames) {
    const name = inputs[property];
    if (typeof name !== "string") continue;
    const stem = name.replace(suffix, "");
    if (isDerived(stem.replace(/\.fifo$/, ""), logicalName)) stable[property] = stem;
  }
  return stable;
}

/** SST puts app and stage before the logical name; a log group has its function's name. */
function isDerived(physicalName: string, logicalName: string): boolean {
  const physical = physicalName.toLowerCase();
  const logical = logicalName.replaceAll(/[^a-zA-Z0-9]/g, "").toLowerCase();
  return [logical, logical.replace(/loggroup$/, "function")].some((name) => physical.endsWith(name));
}
