import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { killJava } from "./kill-java.fixture.ts";
import { superviseDynamoDb, type DynamoDbStatus, type SupervisedDynamoDb } from "./supervised-dynamodb.ts";

const LIMIT_MS = 120_000;

const reached = (dynamodb: SupervisedDynamoDb, wanted: (status: DynamoDbStatus) => boolean) =>
  new Promise<void>((resolve) => {
    const look = () => wanted(dynamodb.status()) && resolve();
    dynamodb.onChange(look);
    look();
  });

const answers = async (url: string) => (await fetch(url, { method: "POST" })).status;

test(
  "is started again where its data is kept, and fails at the third end within a minute",
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "doorbell-supervised-"));
    const notices: string[] = [];
    const dynamodb = await superviseDynamoDb({ dataDir, notice: (sentence) => notices.push(sentence) });
    try {
      for (const restarts of [1, 2]) {
        killJava(process.pid);
        await reached(dynamodb, ({ state }) => state === "restarting");
        await expect(answers(dynamodb.url)).rejects.toThrow();
        await reached(dynamodb, (status) => status.restarts === restarts);
        expect(dynamodb.status()).toEqual({ state: "running", restarts });
        expect(await answers(dynamodb.url)).toBe(400);
      }
      killJava(process.pid);
      await reached(dynamodb, ({ state }) => state === "failed");
      expect(dynamodb.failed.aborted).toBe(true);
      expect(String(dynamodb.failed.reason)).toMatch(
        /DynamoDB Local ended 3 times within 60 s and is not started again; the last time it was ended by SIGKILL/,
      );
      const notice = `DynamoDB Local was ended by SIGKILL; it is started again on its data in ${dataDir}.`;
      expect(notices).toEqual([notice, notice]);
    } finally {
      await dynamodb.stop();
      await rm(dataDir, { recursive: true });
    }
  },
  LIMIT_MS,
);

test(
  "fails at once where its tables were in memory",
  async () => {
    const notices: string[] = [];
    const dynamodb = await superviseDynamoDb({ notice: (sentence) => notices.push(sentence) });
    killJava(process.pid);
    await reached(dynamodb, ({ state }) => state === "failed");
    const sentence = "DynamoDB Local was ended by SIGKILL, and its tables, which were in memory, are gone with it.";
    expect(dynamodb.status().problem).toBe(sentence);
    expect(dynamodb.failed.reason).toMatchObject({ code: "DYNAMODB_LOCAL_FAILED", message: sentence });
    expect(notices).toEqual([]);
    await dynamodb.stop();
  },
  LIMIT_MS,
);

test(
  "is not started again once it is stopped, and a start under way ends with it",
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "doorbell-supervised-"));
    const dynamodb = await superviseDynamoDb({ dataDir, notice: () => undefined });
    killJava(process.pid);
    await reached(dynamodb, ({ state }) => state === "restarting");
    await dynamodb.stop();
    expect(() => killJava(process.pid)).toThrow("has 0 Java processes");
    await rm(dataDir, { recursive: true });
  },
  LIMIT_MS,
);

test.skipIf(process.platform === "win32")(
  "says at last what Java wrote last, if it ends again and again",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "doorbell-dying-java-"));
    const program = `#!/bin/sh\necho "port 1"\necho "java.lang.OutOfMemoryError: Java heap space" >&2\nexit 3\n`;
    await writeFile(join(folder, "java"), program, { mode: 0o755 });
    const path = process.env["PATH"];
    process.env["PATH"] = folder;
    try {
      const dynamodb = await superviseDynamoDb({ dataDir: folder, notice: () => undefined });
      await reached(dynamodb, ({ state }) => state === "failed");
      expect(dynamodb.status()).toEqual({
        state: "failed",
        restarts: expect.any(Number),
        problem:
          "DynamoDB Local ended 3 times within 60 s and is not started again; the last time it ended with status 3" +
          ": java.lang.OutOfMemoryError: Java heap space",
      });
      await dynamodb.stop();
    } finally {
      process.env["PATH"] = path;
      await rm(folder, { recursive: true });
    }
  },
  LIMIT_MS,
);
