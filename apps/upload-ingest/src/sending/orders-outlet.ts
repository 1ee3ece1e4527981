/** What became of one message. `failed` may succeed later; `rejected` never will, and the reason says why. */
export type SendResult =
  | { readonly kind: "sent" }
  | { readonly kind: "rejected"; readonly reason: string }
  | { readonly kind: "failed"; readonly error: unknown };

/** Where the order events of one partner go. */
export interface OrdersOutlet {
  /**
   * Sends up to `BATCH_ENTRIES` messages of `BATCH_BYTES` together, and gives one result a message in their order. A message may
   * arrive twice. @throws where sending cannot succeed at all: no such queue, no permission
   */
  send(bodies: readonly string[]): Promise<readonly SendResult[]>;
}
