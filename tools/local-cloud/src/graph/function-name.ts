/**
 * The function's name in `arn:aws:lambda:…:function:NAME[:QUALIFIER]`, in the ARN under which API Gateway invokes it, or the name that it
 * is already.
 */
export function functionNameOf(arnOrName: string): string {
  return /^arn:.*:function:([^:/]+)/.exec(arnOrName)?.[1] ?? arnOrName;
}
