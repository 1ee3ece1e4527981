import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { CommandError } from "./command-error.ts";
import { findCloud } from "./running-cloud.ts";

describe("finding the local cloud", () => {
  it("--port wins over AWS_ENDPOINT_URL, which wins over 4566", () => {
    expect(findCloud({ port: 5000 }, { AWS_ENDPOINT_URL: "http://127.0.0.1:6000" }).endpoint).toBe(
      "http://127.0.0.1:5000",
    );
    expect(findCloud({}, { AWS_ENDPOINT_URL: "http://127.0.0.1:6000" }).endpoint).toBe("http://127.0.0.1:6000");
    expect(findCloud({}, {}).endpoint).toBe("http://127.0.0.1:4566");
  });

  it.each(["https://sqs.eu-central-2.amazonaws.com", "not a url"])(
    "an AWS_ENDPOINT_URL that is not on this machine is refused: %s",
    (url) => {
      expect(() => findCloud({}, { AWS_ENDPOINT_URL: url })).toThrow(CommandError);
    },
  );

  it.each([
    ["no answer", () => undefined],
    ["half an answer", (_: unknown, response: ServerResponse) => void response.write("{")],
  ])("a read that gets %s ends in a sentence", async (_what, onRequest) => {
    const server = createServer(onRequest).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 1) : 1;
    await expect(findCloud({ port }, {}, 50).read("/_doorbell/environment")).rejects.toThrow(
      /_doorbell\/environment did not answer within 0\.05 s/,
    );
    server.closeAllConnections();
    server.close();
  });

  it("where nobody answers, the error says what to type", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    const port = typeof address === "object" ? address?.port : undefined;
    await expect(findCloud({ port: port ?? 1 }, {}).read("/_doorbell/status")).rejects.toThrow(/doorbell -- up/);
  });
});
