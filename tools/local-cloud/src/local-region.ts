/**
 * The region of every local resource. The AWS CLI version 1 ignores `AWS_ENDPOINT_URL` for SQS in the regions of an old
 * host-name table; in this one it honours it.
 */
export const LOCAL_REGION = "eu-central-2";

/** The account of every local resource. */
export const LOCAL_ACCOUNT = "000000000000";

/** What every client of the local cloud signs with. DynamoDB Local accepts letters and digits only. */
export const LOCAL_CREDENTIALS = { accessKeyId: "doorbell", secretAccessKey: "doorbell" } as const;
