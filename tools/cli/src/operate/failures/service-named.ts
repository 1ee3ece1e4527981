/**
 * The one of the services whose function an ARN stands for, with or without a version; where the ARN is empty, the only one there is.
 * Undefined for any other function.
 */
export function serviceNamed(
  services: readonly string[],
  functionArn: string,
  functionName: (service: string) => string,
): string | undefined {
  if (functionArn === "") return services.length === 1 ? services[0] : undefined;
  const name = functionArn.split(":")[6];
  return services.find((service) => functionName(service) === name);
}
