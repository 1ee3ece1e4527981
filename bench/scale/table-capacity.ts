import { AWS_LIMITS } from "./limits.ts";

/** What a table that is billed by request takes. */
interface TableCapacityOptions {
  /** Write units a second that it takes at once. */
  readonly warm: number;
  /** Write units a second that its owner allows; none where undefined. */
  readonly maximum: number | undefined;
}

/**
 * The writes that a table takes. Each partition takes 1,000 units a second, saved up for a second at most; keys fall on partitions by
 * chance. Traffic beyond what it was warmed for is taken once it has had half of it half an hour before.
 */
export class TableCapacity {
  readonly #maximum: number;
  #units: number;
  #partitions: { tokens: number; at: number }[] = [];
  #allowed = { tokens: 0, at: 0 };
  #second = { from: 0, units: 0 };
  #peak = 0;
  #grownAt = 0;
  throttled = 0;

  constructor({ warm, maximum = Infinity }: TableCapacityOptions) {
    this.#maximum = maximum;
    this.#units = Math.max(warm, AWS_LIMITS.newTableWrites);
    this.#allowed.tokens = maximum;
    this.#split();
  }

  /** One partition for each 1,000 units; also what its stream has shards. */
  get partitions(): number {
    return this.#partitions.length;
  }

  /** Takes a write of so many units on a partition; false where it is throttled. `now` in seconds. */
  write(partition: number, units: number, now: number): boolean {
    this.#grow(now);
    const own = this.#partitions[partition % this.#partitions.length];
    if (own === undefined) return false;
    refill(own, AWS_LIMITS.partitionWrites, now);
    refill(this.#allowed, this.#maximum, now);
    if (own.tokens < units || this.#allowed.tokens < units) {
      this.throttled += 1;
      return false;
    }
    own.tokens -= units;
    this.#allowed.tokens -= units;
    this.#second.units += units;
    return true;
  }

  #grow(now: number): void {
    if (now - this.#second.from >= 1) {
      this.#peak = Math.max(this.#peak, this.#second.units);
      this.#second = { from: Math.floor(now), units: 0 };
    }
    if (now - this.#grownAt < AWS_LIMITS.doublingSeconds) return;
    this.#grownAt = now;
    this.#units = Math.max(this.#units, 2 * this.#peak);
    this.#split();
  }

  #split(): void {
    const count = Math.ceil(this.#units / AWS_LIMITS.partitionWrites);
    while (this.#partitions.length < count) this.#partitions.push({ tokens: AWS_LIMITS.partitionWrites, at: 0 });
  }
}

function refill(bucket: { tokens: number; at: number }, perSecond: number, now: number): void {
  bucket.tokens = Math.min(perSecond, bucket.tokens + (now - bucket.at) * perSecond);
  bucket.at = now;
}
