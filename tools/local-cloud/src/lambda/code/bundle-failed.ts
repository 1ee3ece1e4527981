/** A function whose handler cannot be found or bundled; `details` are the bundler's messages with file and line. */
export class BundleFailed extends Error {
  readonly code = "BUNDLE_FAILED";
  readonly functionName: string;
  readonly details: readonly string[];

  constructor(functionName: string, details: readonly string[], cause?: unknown) {
    super(`The code of ${functionName} cannot be bundled:\n${details.join("\n")}`, { cause });
    this.functionName = functionName;
    this.details = details;
  }
}

/** For a promise: whatever it failed of is why the function's code cannot be bundled. @throws BundleFailed */
export function failedAt(functionName: string): (error: unknown) => never {
  return (error) => {
    throw new BundleFailed(functionName, [error instanceof Error ? error.message : String(error)], error);
  };
}
