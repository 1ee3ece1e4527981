import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { checkJava, checkPort } from "./doctor.ts";

describe("doorbell doctor", () => {
  it("a port somebody listens on is not free, and the remedy names another", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await checkPort(port)).toMatchObject({ ok: false, seen: "not free (EADDRINUSE)" });
    await new Promise((resolve) => server.close(resolve));
    expect(await checkPort(port)).toMatchObject({ ok: true, seen: "free" });
  });

  it("without Java it names both ways out", () => {
    const finding = checkJava("no-such-java");
    expect(finding).toMatchObject({ ok: false, seen: "not found" });
    expect(finding.remedy).toMatch(/Java 11/);
    expect(finding.remedy).toMatch(/--dynamodb-endpoint/);
  });
});
