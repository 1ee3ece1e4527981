/**
 * Counts lines of a service's log as the metric `name` of the namespace `<app>/<stage>`: those that match `pattern`, or, with
 * `value`, the sum of that field. (AWS page: "Filter pattern syntax for metric filters".)
 *
 * @param logs the name of the service's log group
 */
export function logMetric(
  name: string,
  logs: $util.Input<string>,
  { pattern, value = "1" }: { readonly pattern: string; readonly value?: string },
): { readonly namespace: string; readonly name: string } {
  const namespace = `${$app.name}/${$app.stage}`;
  // Where no alarm is, nobody looks at the metric.
  if ($app.protect)
    // oxlint-disable-next-line no-new -- making it is all there is to it
    new aws.cloudwatch.LogMetricFilter(name, {
      name: `${$app.name}-${$app.stage}-${name}`,
      logGroupName: logs,
      pattern,
      metricTransformation: { namespace, name, value },
    });
  return { namespace, name };
}
