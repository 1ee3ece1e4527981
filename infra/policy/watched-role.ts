import { invokeConfigs, queueMappings, streamMappings } from "./delivery-rules.ts";
import { type GraphView, nameIn, viewGraph } from "./graph-view.ts";
import { type Access, accessOf } from "./iam-actions.ts";
import { grantsOf, isAllowed, matches } from "./iam-policy.ts";
import { type Recorder, startRecorder, withEndpoints } from "./recorded-calls.ts";

/** A function whose calls to AWS are held against its role. */
export interface WatchedRole {
  readonly recorder: Recorder;
  /** Every call so far. */
  calls(): readonly Access[];
  /** The calls that the role does not allow, as `action resource`. */
  denied(): readonly string[];
  /** What the role allows and neither the function's own code called nor Lambda does in its name, as `action resource`. */
  unused(): readonly string[];
}

/** A graph as it was committed. */
type CommittedGraph = Parameters<typeof withEndpoints>[0] & { readonly app: string; readonly stage: string };

/**
 * Has functions of a graph call AWS through recorders of their own.
 *
 *     const watched = await watchRoles(graph, ["doorbell-local-order-queue"]);
 *     const cloud = await startLocalCloud({ root, graph: watched.graph });
 *     watched.forwardTo(cloud.endpoint);
 *
 * @throws UnknownCall, from `calls` on, for a call whose IAM action is not known
 */
export async function watchRoles<Graph extends CommittedGraph>(graph: Graph, functionNames: readonly string[]) {
  const view = viewGraph(graph);
  const place = { region: graph.region, account: "000000000000" };
  const roles = new Map<string, WatchedRole>();
  for (const name of functionNames) {
    const statements = statementsOf(view, name);
    const recorder = await startRecorder();
    const calls = () => recorder.calls.flatMap((call) => accessOf(call, place));
    roles.set(name, {
      recorder,
      calls,
      denied: () =>
        calls()
          .filter((call) => !isAllowed(statements, call))
          .map(text),
      unused() {
        const made = [...calls(), ...byLambda(view, name)];
        return grantsOf(statements)
          .filter((grant) => !made.some((it) => it.action === grant.action && matches(grant.resource, it.resource)))
          .map(text);
      },
    });
  }
  const recorders = [...roles.values()].map(({ recorder }) => recorder);
  return {
    graph: withEndpoints(graph, (name) => roles.get(name)?.recorder.origin),
    /** The watched function of this name; throws where it is none. */
    role(name: string): WatchedRole {
      const found = roles.get(name);
      if (found === undefined) throw new Error(`nobody watches ${name}`);
      return found;
    },
    forwardTo: (endpoint: string) => recorders.forEach((recorder) => recorder.forwardTo(endpoint)),
    stop: async () => void (await Promise.all(recorders.map((recorder) => recorder.stop()))),
  };
}

/** The statements of a function's role. */
export function statementsOf(view: GraphView, functionName: string) {
  const role = view.all("aws:lambda/function:Function").find(({ name }) => name === functionName)?.role ?? "";
  return view
    .all("aws:iam/role:Role")
    .filter(({ name }) => name === nameIn(role))
    .flatMap(({ inlinePolicies }) => inlinePolicies.flatMap(({ policy }) => policy.Statement));
}

/** What Lambda does in the function's name: its log, its pollers, its failure destination. */
function byLambda(view: GraphView, functionName: string): readonly Access[] {
  const own = (it: { functionName: string }) => nameIn(it.functionName) === functionName;
  const on = (resource: string, ...actions: string[]) => actions.map((action) => ({ action, resource }));
  const logs = `arn:aws:logs:${view.region}:000000000000:log-group:/aws/lambda/${functionName}:*`;
  const streams = streamMappings(view).filter(own);
  return [
    ...on(logs, "logs:CreateLogStream", "logs:PutLogEvents"),
    ...queueMappings(view)
      .filter(own)
      .flatMap(({ eventSourceArn }) =>
        on(eventSourceArn, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
      ),
    ...streams.flatMap(({ eventSourceArn }) =>
      on(
        eventSourceArn,
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
      ),
    ),
    // It asks for the listing before it writes a batch that was given up.
    ...streams
      .flatMap(({ destinationConfig }) => destinationConfig?.onFailure?.destinationArn ?? [])
      .flatMap((bucket) => [...on(bucket, "s3:ListBucket"), ...on(`${bucket}/*`, "s3:PutObject")]),
    ...invokeConfigs(view)
      .filter(own)
      .flatMap(({ destinationConfig }) => destinationConfig?.onFailure?.destination ?? [])
      .flatMap((queue) => on(queue, "sqs:SendMessage")),
  ];
}

const text = ({ action, resource }: Access) => `${action} ${resource}`;
