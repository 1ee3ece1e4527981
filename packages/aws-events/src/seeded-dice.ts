/** Whole numbers from 0 up to below `limit`, always the same for one seed. */
export type Dice = (limit: number) => number;

/** Dice of a seed (Mulberry32: 32 bits of state, good enough for samples). */
export function seededDice(seed: number): Dice {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % limit;
  };
}

/** So many hexadecimal digits. */
export function hex(dice: Dice, digits: number): string {
  return Array.from({ length: digits }, () => dice(16).toString(16)).join("");
}

/** A UUID of version 4. */
export function uuid(dice: Dice): string {
  return `${hex(dice, 8)}-${hex(dice, 4)}-4${hex(dice, 3)}-8${hex(dice, 3)}-${hex(dice, 12)}`;
}

/** One of the values. */
export function pick<T>(dice: Dice, values: readonly [T, ...T[]]): T {
  return values[dice(values.length)] ?? values[0];
}

/** A moment of 2024, ISO 8601. */
export function instant(dice: Dice): string {
  return new Date(Date.UTC(2024, dice(12), 1 + dice(28), dice(24), dice(60), dice(60), dice(1000))).toISOString();
}
