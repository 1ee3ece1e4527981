import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import { parseJson } from "../../parse-json.ts";

const resultSchema = v.nullish(v.looseObject({ batchItemFailures: v.nullish(v.array(v.unknown())) }));
const errorSchema = v.object({ errorType: v.optional(v.string(), "Error"), errorMessage: v.string() });

/** Hands an event to a function as an asynchronous invocation. Answers its request id; the outcome shows later. */
export async function invokeLater(
  lambda: LambdaClient,
  functionName: string,
  event: string,
): Promise<string | undefined> {
  const { $metadata } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload: Buffer.from(event) }),
  );
  return $metadata.requestId;
}

/**
 * Hands a batch of stream records to a function and waits for its answer. Answers why the batch was not handled; undefined where it
 * was. `reportsFailures` says that the answer names records that failed, as the mapping has it.
 */
export async function invokeNow(
  lambda: LambdaClient,
  { functionName, service, reportsFailures }: { functionName: string; service: string; reportsFailures: boolean },
  event: string,
): Promise<string | undefined> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(event) }),
  );
  const answer = parseJson(Buffer.from(Payload ?? []).toString("utf8"));
  if (FunctionError !== undefined) {
    const error = v.safeParse(errorSchema, answer);
    return error.success ? `${error.output.errorType}: ${error.output.errorMessage}` : FunctionError;
  }
  if (!reportsFailures) return undefined;
  const result = v.safeParse(resultSchema, answer);
  if (!result.success) return `${service} gave an answer that is none of a stream handler`;
  const failed = result.output?.batchItemFailures?.length ?? 0;
  return failed === 0 ? undefined : `${service} could not handle all records; its log says why`;
}
