import { functionNameOf } from "./function-name.ts";
import type { Graph } from "./graph.ts";

/**
 * The graph without what would invoke a function that the local cloud cannot run: messages and records for it stay where they are,
 * and neither objects nor topics nor rules nor schedules tell it anything.
 */
export function withoutNotRun(graph: Graph): Graph {
  const names = new Set(graph.functions.flatMap(({ name, notRun }) => (notRun === undefined ? [] : [name])));
  const isRun = (arn: string) => !arn.includes(":lambda:") || !names.has(functionNameOf(arn));
  return {
    ...graph,
    mappings: graph.mappings.filter(({ functionName }) => !names.has(functionName)),
    notifications: graph.notifications.filter(({ targetArn }) => isRun(targetArn)),
    subscriptions: graph.subscriptions.filter(({ endpoint }) => isRun(endpoint)),
    rules: graph.rules.map((rule) => ({ ...rule, targets: rule.targets.filter(({ arn }) => isRun(arn)) })),
    schedules: graph.schedules.filter(({ target }) => isRun(target.arn)),
  };
}

/** What there is to say of the functions that are not run, a sentence each. */
export function notRunSentences({ functions }: Graph): string[] {
  return functions.flatMap(({ component, notRun }) =>
    notRun === undefined ? [] : [`Not run here: the function ${component}: ${notRun}. What would invoke it waits.`],
  );
}
