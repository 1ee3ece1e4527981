import { describe, expect, test } from "vitest";
import { isOwnRequest } from "./same-origin.ts";

describe("a request is answered", () => {
  test("when it names this endpoint, by address or as localhost", () => {
    expect(isOwnRequest({ host: "127.0.0.1:4566" }, 4566)).toBe(true);
    expect(isOwnRequest({ host: "localhost:4566" }, 4566)).toBe(true);
  });
  test("when a page of this endpoint sent it", () => {
    const page = { host: "localhost:4566", origin: "http://localhost:4566", "sec-fetch-site": "same-origin" } as const;
    expect(isOwnRequest(page, 4566)).toBe(true);
  });
});

describe("a request is refused", () => {
  test.each(["evil.example:4566", "127.0.0.1:4567", "127.0.0.1", "127.0.0.1.evil.example:4566", undefined])(
    "when its host is %s (a rebound name, another port, none)",
    (host) => {
      expect(isOwnRequest(host === undefined ? {} : { host }, 4566)).toBe(false);
    },
  );
  test.each(["https://evil.example", "null", "http://127.0.0.1:3000"])("when it comes from the origin %s", (origin) => {
    expect(isOwnRequest({ host: "127.0.0.1:4566", origin }, 4566)).toBe(false);
  });
  test.each(["cross-site", "same-site"] as const)("when the browser calls it %s", (site) => {
    expect(isOwnRequest({ host: "127.0.0.1:4566", "sec-fetch-site": site }, 4566)).toBe(false);
  });
});
