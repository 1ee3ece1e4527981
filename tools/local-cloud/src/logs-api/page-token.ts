import { createHash } from "node:crypto";
import { LogsError } from "./logs-error.ts";

/**
 * Tokens that stand for a place in a list or a log. One is good for the request that it was given to alone: with other parameters it is
 * refused, as on AWS.
 */
export interface PageTokens {
  make(place: number): string;
  /** @throws LogsError */
  read(token: string): number;
}

/** The tokens of a request, told by its parameters without token and limit. */
export function pageTokens(action: string, parameters: Readonly<Record<string, unknown>>): PageTokens {
  const { nextToken: _token, limit: _limit, ...asked } = parameters;
  const sorted = Object.entries(asked).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const mark = createHash("sha256")
    .update(JSON.stringify([action, sorted]))
    .digest("hex")
    .slice(0, 16);
  return {
    make: (place) => `${mark}-${place}`,
    read(token) {
      const place = /^([\da-f]{16})-(\d{1,15})$/.exec(token);
      if (place?.[1] !== mark) throw new LogsError("InvalidParameterException", "The specified nextToken is invalid.");
      return Number(place[2]);
    },
  };
}
