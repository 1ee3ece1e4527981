/** What a service says of itself; everything else is the same for all of them. */
interface ServiceArgs extends Pick<sst.aws.FunctionArgs, "description" | "environment" | "permissions" | "transform"> {
  readonly memory: NonNullable<sst.aws.FunctionArgs["memory"]>;
  readonly timeout: NonNullable<sst.aws.FunctionArgs["timeout"]>;
  /** Retries of an asynchronous invocation; only where the event source invokes asynchronously. */
  readonly retries?: number;
}

/**
 * The Lambda function of `apps/<name>`, called `<app>-<stage>-<name>`: Node 24 on arm64, bundled as everywhere else
 * (`tools/bundling`), JSON logs kept for a month, and a role that may do what `permissions` lists and write to its own log
 * group, nothing else.
 *
 * SST attaches `AWSLambdaBasicExecutionRole`, which may write to every log group of the account; the role here has no managed
 * policy, and a permission for its own log group instead.
 */
export function service(component: string, name: string, args: ServiceArgs): sst.aws.Function {
  const functionName = `${$app.name}-${$app.stage}-${name}`;
  const logGroup = new aws.cloudwatch.LogGroup(`${component}Logs`, {
    name: `/aws/lambda/${functionName}`,
    retentionInDays: 30,
  });

  return new sst.aws.Function(component, {
    ...args,
    name: functionName,
    handler: `apps/${name}/src/handler.handler`,
    runtime: "nodejs24.x",
    architecture: "arm64",
    logging: { format: "json", logGroup: logGroup.name },
    nodejs: { plugins: "tools/bundling/src/replace-packages.mjs" },
    permissions: $resolve([args.permissions ?? []]).apply(([permissions]) => [
      ...permissions,
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [$interpolate`${logGroup.arn}:*`] },
    ]),
    transform: {
      ...args.transform,
      role: {
        managedPolicyArns: [],
        // SST lets every principal of the account assume the role too, which only `sst dev` needs.
        ...($dev
          ? {}
          : { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }) }),
      },
    },
  });
}
