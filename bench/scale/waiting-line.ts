/** Things that wait, the earliest first, many of one time as one entry. */
export class WaitingLine {
  #entries: { readonly at: number; count: number }[] = [];
  #first = 0;
  length = 0;

  /** So many more that came at `at`. */
  add(at: number, count: number): void {
    if (count === 0) return;
    this.length += count;
    const last = this.#first < this.#entries.length ? this.#entries.at(-1) : undefined;
    if (last?.at === at) last.count += count;
    else this.#entries.push({ at, count });
  }

  /** Takes so many at most; gives when each came. */
  take(count: number): number[] {
    const taken: number[] = [];
    while (taken.length < count) {
      const entry = this.#entries[this.#first];
      if (entry === undefined) break;
      const some = Math.min(entry.count, count - taken.length);
      for (let each = 0; each < some; each += 1) taken.push(entry.at);
      entry.count -= some;
      if (entry.count === 0) this.#first += 1;
    }
    this.length -= taken.length;
    if (this.#first > 1_000) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    return taken;
  }

  /** How many would be taken. */
  peek(count: number): number {
    return Math.min(count, this.length);
  }

  /** How long the earliest has waited; 0 where none does. */
  age(now: number): number {
    const entry = this.#entries[this.#first];
    return entry === undefined ? 0 : now - entry.at;
  }
}
