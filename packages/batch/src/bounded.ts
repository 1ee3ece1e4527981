/**
 * Runs `work` for every item, in order of their start, at most `limit` at a time. Items are taken one after another,
 * and the synchronous part of `work` runs as its item is taken. Rejects as soon as any work rejects.
 */
export async function bounded<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const untaken = items.values(); // one iterator for all lanes, so each item is taken by exactly one of them
  const lane = async () => {
    for (const item of untaken) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
