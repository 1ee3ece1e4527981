/** What the role of a service needs for `parkInQueue`, as SST's `permissions` take it. */
export function queueParkingPermissions<Arn>(queue: Arn) {
  return [{ actions: ["sqs:SendMessage"], resources: [queue] }];
}

/** What the role of a service needs for `hideInQueue`, on the queue that it answers. */
export function queueBackoffPermissions<Arn>(queue: Arn) {
  return [{ actions: ["sqs:ChangeMessageVisibility"], resources: [queue] }];
}

/**
 * What the role of a service needs for `parkInBucket`.
 *
 * @param objects the bucket's ARN, followed by `/*`
 */
export function bucketParkingPermissions<Arn>(objects: Arn) {
  return [{ actions: ["s3:PutObject"], resources: [objects] }];
}
