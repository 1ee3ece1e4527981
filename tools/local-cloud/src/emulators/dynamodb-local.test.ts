import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { dynamoDbLocalFolder } from "./dynamodb-folder.ts";
import { JavaMissing, startDynamoDbLocal } from "./dynamodb-local.ts";

const LIMIT_MS = 60_000;
const launcherFolder = fileURLToPath(new URL("../../dynamodb-local", import.meta.url));

const isListening = async (host: string, port: number) => {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};
const portOf = (url: string) => Number(new URL(url).port);

describe("DynamoDB Local", () => {
  test(
    "listens on the loopback interface alone, and on nothing once stopped",
    async () => {
      const dynamodb = await startDynamoDbLocal();
      const port = portOf(dynamodb.url);
      const others = Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ internal, family }) => !internal && family === "IPv4");
      try {
        expect(await isListening("127.0.0.1", port)).toBe(true);
        for (const { address } of others) expect(await isListening(address, port)).toBe(false);
      } finally {
        await dynamodb.stop();
      }
      expect(await isListening("127.0.0.1", port)).toBe(false);
    },
    LIMIT_MS,
  );

  test(
    "ends when its parent is killed",
    async () => {
      const parent = spawn(
        process.execPath,
        [fileURLToPath(new URL("../../test/dynamodb-parent.ts", import.meta.url))],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const [line] = await once(parent.stdout.setEncoding("utf8"), "data");
      const port = portOf(String(line));
      expect(await isListening("127.0.0.1", port)).toBe(true);
      parent.kill("SIGKILL");
      while (await isListening("127.0.0.1", port)) await delay(20);
    },
    LIMIT_MS,
  );

  test(
    "refuses what a web page could send: a rebound host name, an origin",
    async () => {
      const dynamodb = await startDynamoDbLocal();
      try {
        const status = async (headers: Record<string, string>) => {
          const request = httpRequest(dynamodb.url, { method: "POST", headers }).end();
          const [response] = await once(request, "response");
          response.resume();
          return response.statusCode;
        };
        expect(await status({ host: "evil.example" })).toBe(403);
        expect(await status({ origin: "https://evil.example" })).toBe(403);
        // Unsigned, but not refused for where it comes from.
        expect(await status({ "x-amz-target": "DynamoDB_20120810.ListTables" })).toBe(400);
      } finally {
        await dynamodb.stop();
      }
    },
    LIMIT_MS,
  );

  test.skipIf(process.platform === "win32")(
    "says that Java is too old when it cannot run what was compiled for 11",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "doorbell-old-java-"));
      const says = "java.lang.UnsupportedClassVersionError: LoopbackDynamoDB";
      await writeFile(join(folder, "java"), `#!/bin/sh\necho "${says}" >&2\nexit 1\n`, { mode: 0o755 });
      const path = process.env["PATH"];
      process.env["PATH"] = folder;
      try {
        await expect(startDynamoDbLocal()).rejects.toThrow(
          /^DynamoDB Local does not run on a Java older than 11: install Java 11 or later /,
        );
      } finally {
        process.env["PATH"] = path;
        await rm(folder, { recursive: true });
      }
    },
  );

  test("says what is missing, the remedy and the alternative where there is no Java", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = launcherFolder;
    try {
      await expect(startDynamoDbLocal()).rejects.toThrow(JavaMissing);
      await expect(startDynamoDbLocal()).rejects.toThrow(
        /^DynamoDB Local does not run without Java: install Java 11 or later .*, or .* --dynamodb-endpoint URL\.$/,
      );
    } finally {
      process.env["PATH"] = path;
    }
  });
});

const javac = spawnSync("javac", ["-version"]).status === 0;

test.skipIf(!javac)(
  "the committed launcher is what its source compiles to",
  async () => {
    const output = await mkdtemp(join(tmpdir(), "doorbell-launcher-"));
    const emulator = await dynamoDbLocalFolder();
    const classpath = [join(emulator, "DynamoDBLocal.jar"), join(emulator, "DynamoDBLocal_lib", "*")].join(delimiter);
    const source = join(launcherFolder, "LoopbackDynamoDB.java");
    const compiled = spawnSync(
      "javac",
      ["--release", "11", "-Xlint:-options", "-cp", classpath, "-d", output, source],
      { encoding: "utf8" },
    );
    expect(compiled.stderr).toBe("");
    expect(instructions(launcherFolder)).toBe(instructions(output));
    await rm(output, { recursive: true });
  },
  LIMIT_MS,
);

/** What the class does; numbers in the constant pool may differ from one compiler to the next. */
function instructions(folder: string): string {
  const { stdout, status } = spawnSync("javap", ["-p", "-c", "-cp", folder, "LoopbackDynamoDB"], { encoding: "utf8" });
  expect(status).toBe(0);
  return stdout.replaceAll(/#\d+/g, "#");
}
