/** The executions of an account at one time, over all of its functions, and the environments of each function. */
export class LambdaAccount {
  readonly #limit: number;
  #running = 0;
  peak = 0;
  throttled = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins an execution; false where it is throttled. */
  begin(): boolean {
    if (this.#running >= this.#limit) {
      this.throttled += 1;
      return false;
    }
    this.#running += 1;
    this.peak = Math.max(this.peak, this.#running);
    return true;
  }

  end(): void {
    this.#running -= 1;
  }
}

/** The execution environments of one function: a free one is used again, and a new one starts cold. */
export class Environments {
  #made = 0;
  #busy = 0;
  #peak = 0;

  /** Takes one; true where it starts cold. */
  take(): boolean {
    this.#busy += 1;
    this.#peak = Math.max(this.#peak, this.#busy);
    const isCold = this.#busy > this.#made;
    if (isCold) this.#made += 1;
    return isCold;
  }

  free(): void {
    this.#busy -= 1;
  }

  /** The most that were busy at the same time since this was asked last. */
  takePeak(): number {
    const peak = this.#peak;
    this.#peak = this.#busy;
    return peak;
  }
}
