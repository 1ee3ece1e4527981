import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { ignoreFolder } from "./ignored-folder.ts";

/** Values of secrets by name. */
export type Secrets = Readonly<Record<string, string>>;

/** A secret cannot have this name. */
export class InvalidSecretName extends Error {
  readonly code = "INVALID_SECRET_NAME";
  readonly secret: string;

  constructor(secret: string) {
    super(`"${secret}" is no name of a secret: expected letters and digits, a capital letter first`);
    this.secret = secret;
  }
}

/** A file that should hold secrets holds something else. */
export class SecretsUnreadable extends Error {
  readonly code = "SECRETS_UNREADABLE";
  readonly file: string;

  constructor(file: string, options?: ErrorOptions) {
    super(`${file} does not hold secrets as JSON: remove it, and set them anew`, options);
    this.file = file;
  }
}

const secretsSchema = v.record(v.string(), v.string());

/** Where the secrets of a stage are kept, whether or not there are any. */
export function secretsFile(root: string, stage: string): string {
  return join(root, ".doorbell", `secrets.${stage}.json`);
}

/** The secrets that were set for a stage. @throws {SecretsUnreadable} */
export async function readSecrets(root: string, stage: string): Promise<Secrets> {
  const file = secretsFile(root, stage);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return {};
  try {
    return v.parse(secretsSchema, JSON.parse(text));
  } catch {
    // Not as its cause: a message of the parser may quote a value.
    throw new SecretsUnreadable(file);
  }
}

/**
 * Sets a secret of a stage, or with no value removes it, in a file that its owner alone may read (mode 0600). The file appears whole
 * or not at all; of two changes at one moment the later one stays.
 *
 * @returns whether the secret was there before
 * @throws {InvalidSecretName} @throws {SecretsUnreadable}
 */
export async function changeSecret(root: string, stage: string, name: string, value?: string): Promise<boolean> {
  if (!/^[A-Z][a-zA-Z0-9]*$/.test(name)) throw new InvalidSecretName(name);
  const { [name]: before, ...others } = await readSecrets(root, stage);
  if (before === undefined && value === undefined) return false;
  const file = secretsFile(root, stage);
  await mkdir(dirname(file), { recursive: true });
  await ignoreFolder(dirname(file));
  const draft = `${file}.${randomUUID()}`;
  const secrets = value === undefined ? others : { ...others, [name]: value };
  await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
  return before !== undefined;
}
