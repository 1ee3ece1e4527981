import { callLine } from "./call-line.ts";
import { CommandError } from "./command-error.ts";
import { parseJson } from "./parse-json.ts";

/** Where `doorbell up` listens unless told otherwise. */
export const defaultPort = 4566;

/** What a local cloud knows it answers at once, even when it is busy. */
const READ_LIMIT_MS = 10_000;

/** A local cloud that runs in another process, found by `--port` or else by `AWS_ENDPOINT_URL`. */
export interface RunningCloud {
  readonly endpoint: string;
  /** Sends a request to the local cloud's own API, such as `/_doorbell/status`; the answer's status is the caller's to judge. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** The JSON answer of a GET. Waits for it up to 10 s. */
  read(path: string): Promise<unknown>;
}

/**
 * Finds the running local cloud. Nothing is sent until the first request; when nobody answers then, the error says what to type.
 * `readLimitMs` is how long a read may take.
 *
 * @throws {CommandError} AWS_ENDPOINT_URL names something that is not on this machine
 */
export function findCloud(
  options: { readonly port?: number },
  environment: Readonly<Record<string, string | undefined>> = process.env,
  readLimitMs: number = READ_LIMIT_MS,
): RunningCloud {
  const endpoint = endpointOf(options.port, environment["AWS_ENDPOINT_URL"]);
  const request = async (path: string, init?: RequestInit): Promise<Response> => {
    try {
      return await fetch(new URL(path, endpoint), init);
    } catch (error) {
      throw new CommandError(
        `no local cloud answers at ${endpoint}. Start one with "${callLine("up")}", or name its port with --port.`,
        { cause: error },
      );
    }
  };
  async function read(path: string): Promise<unknown> {
    const signal = AbortSignal.timeout(readLimitMs);
    const refused = (problem: string, cause?: unknown) =>
      new CommandError(`${endpoint}${path} ${problem}: is it a Doorbell local cloud?`, { cause });
    try {
      const response = await request(path, { signal });
      if (!response.ok) throw refused(`answered ${response.status}`);
      const value = parseJson(await response.text());
      if (value === undefined) throw refused("answered something else than JSON");
      return value;
    } catch (error) {
      if (signal.aborted) throw refused(`did not answer within ${readLimitMs / 1_000} s`, error);
      throw error;
    }
  }
  return { endpoint, request, read };
}

function endpointOf(port: number | undefined, configured: string | undefined): string {
  if (port !== undefined) return `http://127.0.0.1:${port}`;
  if (configured === undefined || configured === "") return `http://127.0.0.1:${defaultPort}`;
  const url = URL.parse(configured);
  if (url === null || !["127.0.0.1", "localhost"].includes(url.hostname))
    throw new CommandError(
      `AWS_ENDPOINT_URL is "${configured}", which is no local cloud on this machine. Unset it or give --port.`,
    );
  return url.origin;
}
