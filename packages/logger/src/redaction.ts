/**
 * What is never logged, by the end of its path, at any depth; the elements of an array count as the array. Upper and
 * lower case, `-` and `_` make no difference: `secretAccessKey`, `secret_access_key`.
 */
const REDACTED_PATHS = [
  // People.
  "customer.name",
  "customerName",
  "shipTo",
  "address",
  "postalCode",
  "email",
  "phone",
  // What customers and partners wrote, and whole payloads, which hold all of the above.
  "data.reason",
  "cancelled.reason",
  "issues.received",
  "body",
  "raw",
  "rawLine",
  "rawBody",
  "rawRecord",
  "payload",
  "requestPayload",
  "responsePayload",
  "image",
  "newImage",
  "oldImage",
  // Secrets.
  "authorization",
  "cookie",
  "setCookie",
  "credentials",
  "password",
  "secret",
  "clientSecret",
  "secretAccessKey",
  "sessionToken",
  "securityToken",
  "xAmzSecurityToken",
  "accessToken",
  "refreshToken",
  "idToken",
  "token",
  "apiKey",
  "xApiKey",
  "privateKey",
];

const redacted = new Set(REDACTED_PATHS.map(normalize));

/** True for a field that is never logged. `parent` is the key above it, `""` at the top. */
export function isRedacted(parent: string, key: string): boolean {
  const name = normalize(key);
  return redacted.has(name) || redacted.has(`${normalize(parent)}.${name}`);
}

function normalize(path: string): string {
  return path.replaceAll(/[-_]/g, "").toLowerCase();
}
