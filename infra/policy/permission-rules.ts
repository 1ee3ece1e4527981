import { type GraphView, type Statement, nameIn } from "./graph-view.ts";
import { isAllowed } from "./iam-policy.ts";
import type { Rule } from "./rule.ts";

const roles = (graph: GraphView) => graph.all("aws:iam/role:Role");

function statementsOf(graph: GraphView, functionName: string): readonly Statement[] {
  const role = graph.all("aws:lambda/function:Function").find(({ name }) => name === functionName)?.role ?? "";
  const found = roles(graph).find(({ name }) => name === nameIn(role));
  return (found?.inlinePolicies ?? []).flatMap(({ policy }) => policy.Statement);
}

function mayNot(graph: GraphView, functionArn: string, action: string, resource: string): boolean {
  return !isAllowed(statementsOf(graph, nameIn(functionArn)), { action, resource });
}

function badStatements(graph: GraphView, bad: (statement: Statement) => boolean): readonly string[] {
  return roles(graph)
    .filter(({ inlinePolicies }) => inlinePolicies.some(({ policy }) => policy.Statement.some(bad)))
    .map(({ name }) => name);
}

/** One bucket or its objects, the streams of one log group, or one other resource by its full name. */
const named = /^arn:aws:(?:s3:::[^*/]+(?:\/\*)?|logs:[^*]+:log-group:[^*:]+:\*|(?!s3:|logs:)[^*]+)$/;

/** Least privilege, and the permissions without which a failure destination silently stays empty. */
export const permissionRules: readonly Rule[] = [
  {
    name: "no role has a wildcard action",
    violations: (graph) => badStatements(graph, ({ Action }) => Action.some((action) => action.includes("*"))),
  },
  {
    name: "no role reaches every resource of a kind",
    violations: (graph) => badStatements(graph, ({ Resource }) => Resource.some((arn) => !named.test(arn))),
  },
  {
    name: "no role has a managed policy",
    violations: (graph) =>
      roles(graph)
        .filter(({ managedPolicyArns }) => managedPolicyArns.length > 0)
        .map(({ name }) => name),
  },
  {
    name: "only Lambda may assume a function's role",
    violations: (graph) =>
      roles(graph)
        .filter(({ assumeRolePolicy }) =>
          assumeRolePolicy.Statement.some(
            ({ Principal }) => JSON.stringify(Principal) !== '{"Service":"lambda.amazonaws.com"}',
          ),
        )
        .map(({ name }) => name),
  },
  {
    name: "every function has a role of its own",
    violations: (graph) => {
      const used = graph.all("aws:lambda/function:Function").map(({ role }) => role);
      return used.filter((role, index) => used.indexOf(role) !== index).map(nameIn);
    },
  },
  {
    name: "a function may write to its failure destination",
    violations: (graph) => [
      ...graph
        .all("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
        .filter(({ functionName, destinationConfig }) => {
          const target = destinationConfig?.onFailure?.destination;
          return target !== undefined && mayNot(graph, functionName, "sqs:SendMessage", target);
        })
        .map(({ functionName }) => functionName),
      ...graph
        .all("aws:lambda/eventSourceMapping:EventSourceMapping")
        .filter(({ functionName, destinationConfig }) => {
          const target = destinationConfig?.onFailure?.destinationArn;
          return (
            target !== undefined &&
            (mayNot(graph, functionName, "s3:PutObject", `${target}/*`) ||
              mayNot(graph, functionName, "s3:ListBucket", target))
          );
        })
        .map(({ functionName }) => nameIn(functionName)),
    ],
  },
  {
    name: "a function may read its event source",
    violations: (graph) =>
      graph
        .all("aws:lambda/eventSourceMapping:EventSourceMapping")
        .filter(({ functionName, eventSourceArn }) =>
          (eventSourceArn.startsWith("arn:aws:sqs:")
            ? ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
            : ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
          ).some((action) => mayNot(graph, functionName, action, eventSourceArn)),
        )
        .map(({ functionName }) => nameIn(functionName)),
  },
  {
    name: "S3 may invoke a function from a bucket of this account alone",
    violations: (graph) =>
      graph
        .all("aws:lambda/permission:Permission")
        .filter(
          ({ principal, sourceArn, sourceAccount }) =>
            principal !== "s3.amazonaws.com" || sourceArn === undefined || sourceAccount === undefined,
        )
        .map((permission) => nameIn(permission.function)),
  },
];
