/**
 * What can end in a place for failures, in general words; a project may have names of its own (`FailureHooks`):
 *
 * | kind | it is |
 * |---|---|
 * | `message-rejected` | a message that a handler parked with a reason |
 * | `message-exhausted` | a message that ran out of receives |
 * | `record-rejected` | a stream record that a handler parked with a reason |
 * | `batch-exhausted` | a whole stream batch that Lambda gave up |
 * | `event-exhausted` | an event of an asynchronous invocation that Lambda gave up |
 * | `delivery-exhausted` | an event or a notification that a rule or a topic could not deliver |
 */
export type FailureKind =
  | "message-rejected"
  | "message-exhausted"
  | "record-rejected"
  | "batch-exhausted"
  | "event-exhausted"
  | "delivery-exhausted";
