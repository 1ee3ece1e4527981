/**
 * What no service logs, by the end of its path, at any depth; the elements of an array count as the array. Upper and
 * lower case, `-` and `_` make no difference: `secretAccessKey`, `secret_access_key`.
 */
const REDACTED_PATHS = [
  // People.
  "address",
  "postalCode",
  "email",
  "phone",
  // Whole payloads, which hold all of the above.
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

/** Says of a field whether it is never logged. `parent` is the key above it, `""` at the top. */
export type IsRedacted = (parent: string, key: string) => boolean;

/** Redacts {@link REDACTED_PATHS}, and `paths` of the same form: a key, or a key and the one above it, as in `owner.name`. */
export function redactionOf(paths: readonly string[]): IsRedacted {
  const redacted = new Set([...REDACTED_PATHS, ...paths].map(normalize));
  return (parent, key) => {
    const name = normalize(key);
    return redacted.has(name) || redacted.has(`${normalize(parent)}.${name}`);
  };
}

function normalize(path: string): string {
  return path.replaceAll(/[-_]/g, "").toLowerCase();
}
