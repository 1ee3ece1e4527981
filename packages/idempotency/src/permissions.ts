/**
 * What the role of a service needs on the tables that a strategy calls: statements as an IAM policy and SST's `permissions` take
 * them. AWS: Amazon DynamoDB Developer Guide, "Using IAM security policies with PartiQL for DynamoDB".
 */

/** For the **inline** strategy, on the table of its items; without `updates` where items are inserted and never changed. */
export function inlinePermissions<Arn>(table: Arn, { updates = true }: { readonly updates?: boolean } = {}) {
  const writes = updates ? ["dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate"] : ["dynamodb:PartiQLInsert"];
  return [{ actions: [...writes, "dynamodb:BatchGetItem"], resources: [table] }];
}

/** For the **lease** strategy, on the table of its markers. */
export function leasePermissions<Arn>(markers: Arn) {
  return inlinePermissions(markers);
}

/** For the **transact** strategy, on the table of its markers and on each table that its effects write to. */
export function transactPermissions<Arn>(markers: Arn, ...effects: Arn[]) {
  return [
    { actions: ["dynamodb:BatchGetItem"], resources: [markers] },
    { actions: ["dynamodb:PutItem", "dynamodb:UpdateItem"], resources: [markers, ...effects] },
  ];
}
