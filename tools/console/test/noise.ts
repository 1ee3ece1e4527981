/** A text that hardly compresses, the same for the same seed (mulberry32). */
export function noise(characters: number, seed: number): string {
  let state = seed;
  return Array.from({ length: characters }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return String.fromCharCode(32 + (((mixed ^ (mixed >>> 14)) >>> 0) % 90));
  }).join("");
}
