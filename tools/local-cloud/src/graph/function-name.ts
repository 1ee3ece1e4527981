/** The function's name in `arn:aws:lambda:…:function:NAME[:QUALIFIER]`, or the name that it is already. */
export function functionNameOf(arnOrName: string): string {
  return arnOrName.startsWith("arn:") ? (arnOrName.split(":")[6] ?? arnOrName) : arnOrName;
}
