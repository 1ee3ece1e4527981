/** Markers and leases of the shared idempotency package; DynamoDB deletes an item some time after `expiresAt` (seconds). */
export const idempotencyTable = new sst.aws.Dynamo("IdempotencyTable", {
  fields: { id: "string" },
  primaryIndex: { hashKey: "id" },
  ttl: "expiresAt",
  deletionProtection: $app.protect,
});

export const names = { IDEMPOTENCY_TABLE: idempotencyTable.name };
