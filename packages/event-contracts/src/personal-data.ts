/**
 * Where business events, and what is made of them, hold what must never be logged: people's names and addresses, and what they
 * wrote. Paths as a logger's `redact` takes them: a key, or a key and the one above it.
 */
export const PERSONAL_DATA_PATHS = [
  "customer.name",
  "customerName",
  "shipTo",
  "data.reason",
  "cancelled.reason",
] as const;
