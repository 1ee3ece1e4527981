/** The service that an ARN is of: `sqs`, `lambda`, `events`. */
export function serviceOf(arn: string): string {
  return arn.split(":")[2] ?? "";
}
