import { GetParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { CommandError } from "../command-error.ts";
import { parseJson } from "../parse-json.ts";
import { type Names, readNames } from "./names.ts";
import { explained } from "./service-message.ts";

/** The SSM parameter into which a deployment writes its names, as JSON. */
function stageParameter(app: string, stage: string): string {
  return `/${app}/${stage}/environment`;
}

/**
 * The names of a deployed stage, which the deployment itself published. Needs `ssm:GetParameter` on that parameter.
 *
 * @throws {CommandError} no such stage in this account and region, no access, no credentials
 */
export async function readStageNames(ssm: SSMClient, app: string, stage: string): Promise<Names> {
  const name = stageParameter(app, stage);
  const text = await ssm.send(new GetParameterCommand({ Name: name })).then(
    (answer) => answer.Parameter?.Value ?? "",
    async (error: unknown) => {
      throw new CommandError(await explain(error, name, ssm), { cause: error });
    },
  );
  return readNames(parseJson(text), `the SSM parameter ${name}`);
}

async function explain(error: unknown, name: string, ssm: SSMClient): Promise<string> {
  const failure = error instanceof Error ? error : new Error(String(error));
  if (failure.message === "Region is missing") return "no AWS region is set: name it with --region.";
  if (failure.name !== "ParameterNotFound")
    return `the names of the stage could not be read from the SSM parameter ${name}: ${explained(failure)}`;
  const region = await ssm.config.region();
  return `there is no SSM parameter ${name} in ${region}: check --stage, --region and --profile, or deploy the stage first.`;
}
