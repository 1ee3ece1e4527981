import { healthAlarms } from "./health-alarms.ts";
import type { ServiceName } from "./services.ts";
import { settingsOf } from "./stage.ts";

/** What a service says of itself; everything else is the same for all of them. */
export interface ServiceArgs extends Pick<
  sst.aws.FunctionArgs,
  "description" | "environment" | "permissions" | "transform"
> {
  readonly memory: NonNullable<sst.aws.FunctionArgs["memory"]>;
  readonly timeout: NonNullable<sst.aws.FunctionArgs["timeout"]>;
  /** Environments at the same time, reserved of the account's concurrency; as many as the account has to spare, where absent. */
  readonly reservedConcurrency?: number;
  /** Retries of an asynchronous invocation; only where the event source invokes asynchronously. */
  readonly retries?: number;
  /** The tables that it writes to; its alarm watches their throttles. */
  readonly tables?: readonly sst.aws.Dynamo[];
}

/** The function of each service that was made. */
export const functions = new Map<string, sst.aws.Function>();

/**
 * The Lambda function of `apps/<name>`, called `<app>-<stage>-<name>`: Node 24 on arm64, bundled as everywhere else
 * (`tools/bundling`), JSON logs kept for a month, a role that may do what `permissions` lists and write to its own log
 * group, nothing else, and the alarms of `healthAlarms`. What gives it events is
 * `queueService`, `bucketService` and `streamService`.
 *
 * SST attaches `AWSLambdaBasicExecutionRole`, which may write to every log group of the account; the role here has no managed
 * policy, and a permission for its own log group instead.
 */
export function service(
  name: ServiceName,
  { reservedConcurrency, tables = [], ...args }: ServiceArgs,
): sst.aws.Function {
  const component = componentOf(name);
  const functionName = `${$app.name}-${$app.stage}-${name}`;
  const logGroup = new aws.cloudwatch.LogGroup(`${component}Logs`, {
    name: `/aws/lambda/${functionName}`,
    retentionInDays: 30,
  });

  const made = new sst.aws.Function(component, {
    ...args,
    name: functionName,
    handler: `apps/${name}/src/handler.handler`,
    runtime: "nodejs24.x",
    architecture: "arm64",
    ...(reservedConcurrency !== undefined && { concurrency: { reserved: reservedConcurrency } }),
    logging: { format: "json", logGroup: logGroup.name },
    nodejs: { plugins: "tools/bundling/src/replace-packages.mjs" },
    permissions: $resolve([args.permissions ?? []]).apply(([permissions]) => [
      ...permissions,
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${logGroup.arn}:*`] },
    ]),
    transform: {
      ...args.transform,
      // SST's `logging` has no level for Lambda's own lines.
      function: (input) => {
        const { systemLogLevel } = settingsOf($app.stage);
        input.loggingConfig = { logFormat: "JSON", logGroup: logGroup.name, systemLogLevel };
      },
      role: {
        managedPolicyArns: [],
        // SST lets every principal of the account assume the role too, which only `sst dev` needs.
        ...($dev
          ? {}
          : { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }) }),
      },
    },
  });
  functions.set(name, made);
  healthAlarms(name, made, { tables, reservedConcurrency });
  return made;
}

/** `order-queue` → `OrderQueue`. */
export function componentOf(name: ServiceName): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The name of the log group of a service. */
export function logsOf(made: sst.aws.Function): $util.Output<string> {
  return made.nodes.function.loggingConfig.apply((logging) => logging?.logGroup ?? "");
}
