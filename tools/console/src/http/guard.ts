import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { RequestError } from "./request-error.ts";

/** The header with the token. */
export const TOKEN_HEADER = "x-doorbell-token";

/**
 * Sent with every answer. The page has no inline script or style, loads nothing from anywhere else, is in no frame, and makes no markup of
 * text: what a hostile file says cannot become more than text.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Lets changing requests of the console's own page through, and no others. */
export interface Guard {
  /** A new one for each start. */
  readonly token: string;
  /** @throws RequestError a changing request has no or another token, or does not say that the page itself sent it */
  check(request: IncomingMessage, origins: readonly string[]): void;
}

/** The server has refused requests that name another host already, and those of foreign pages; see `startFrontServer`. */
export function createGuard(): Guard {
  const token = randomBytes(32).toString("base64url");
  const expected = Buffer.from(token);
  return {
    token,
    check({ method, headers }, origins) {
      if (method === "GET" || method === "HEAD") return;
      if (headers.origin === undefined || !origins.includes(headers.origin))
        throw new RequestError(
          403,
          "A changing request must come from the console's own page: its Origin is missing or another.",
        );
      const given = Buffer.from(String(headers[TOKEN_HEADER] ?? ""));
      if (given.length !== expected.length || !timingSafeEqual(given, expected))
        throw new RequestError(
          403,
          `A changing request needs the console's token in ${TOKEN_HEADER}; reload the page.`,
        );
    },
  };
}
