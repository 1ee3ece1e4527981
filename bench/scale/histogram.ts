/** How many times lasted how long, to a hundredth of a second, up to two hours. */
export class Histogram {
  readonly #counts = new Uint32Array(100 * 7_200 + 1);
  #total = 0;

  add(seconds: number): void {
    const at = Math.min(this.#counts.length - 1, Math.max(0, Math.round(100 * seconds)));
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#total += 1;
  }

  /** The time within which so large a share was done, in seconds; 0 where nothing was. */
  quantile(share: number): number {
    let seen = 0;
    for (const [at, count] of this.#counts.entries()) {
      seen += count;
      if (seen > 0 && seen >= share * this.#total) return at / 100;
    }
    return 0;
  }
}
