import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import { CommandError } from "../command-error.ts";
import { resolveFunctionName } from "./function-name.ts";
import { runningGraph } from "../project-graph.ts";
import { findCloud } from "../running-cloud.ts";

const environmentSchema = v.object({
  AWS_REGION: v.string(),
  AWS_ACCESS_KEY_ID: v.string(),
  AWS_SECRET_ACCESS_KEY: v.string(),
});

/**
 * `doorbell invoke FUNCTION --event FILE`: calls the function through the public Invoke API, as any SDK would. Prints the result on
 * standard output and the function's log tail on standard error.
 *
 * @throws {CommandError} the event is no JSON, the function is unknown, or it failed (exit status 1)
 */
export async function invoke(
  name: string,
  options: { readonly event: string; readonly async?: boolean; readonly port?: number; readonly json?: boolean },
): Promise<void> {
  const event = await readEvent(options.event);
  const cloud = findCloud(options);
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = v.parse(
    environmentSchema,
    await cloud.read("/_doorbell/environment"),
  );
  const { functions } = await runningGraph(cloud);
  const functionName = resolveFunctionName(name, functions);
  const client = new LambdaClient({
    endpoint: cloud.endpoint,
    region: AWS_REGION,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    maxAttempts: 1,
  });
  try {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        InvocationType: options.async ? "Event" : "RequestResponse",
        LogType: options.async ? "None" : "Tail",
        Payload: Buffer.from(event),
      }),
    );
    const requestId = answer.$metadata.requestId ?? "";
    const payload = Buffer.from(answer.Payload ?? []).toString("utf8");
    const log = Buffer.from(answer.LogResult ?? "", "base64").toString("utf8");
    if (options.json) {
      const result = { statusCode: answer.StatusCode, requestId, functionError: answer.FunctionError, payload, log };
      process.stdout.write(`${JSON.stringify(result)}\n`);
    } else {
      process.stderr.write(log);
      process.stdout.write(options.async ? `accepted as ${requestId}\n` : `${payload}\n`);
    }
    if (answer.FunctionError !== undefined) throw new CommandError(`${name} failed (${answer.FunctionError}).`);
  } catch (error) {
    if (error instanceof CommandError || !(error instanceof Error)) throw error;
    throw new CommandError(`${name} could not be invoked: ${error.name}: ${error.message}`, { cause: error });
  } finally {
    client.destroy();
  }
}

async function readEvent(file: string): Promise<string> {
  try {
    const event = file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
    JSON.parse(event);
    return event;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `the event in ${file === "-" ? "standard input" : file} could not be read as JSON: ${reason}`,
      { cause: error },
    );
  }
}
