/** A resource as far as its support is told from it. */
interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Read by `readGraph`, and run. */
export const RUN = "run";
/** Nothing that a handler or a client could miss: every call is allowed here, and logs are kept anyway. */
export const HARMLESS = "harmless";

/**
 * Types of resources, the first that fits: whether they are run, can be left out unnoticed, or what it means that they are left out.
 * A type that stands nowhere is named as one that is unknown.
 */
export const SUPPORT: readonly (readonly [type: RegExp, support: string])[] = [
  [/^aws:lambda\/(?:function|eventSourceMapping|functionEventInvokeConfig|functionUrl):/, RUN],
  [/^aws:sqs\/queue:/, RUN],
  [/^aws:dynamodb\/table:/, RUN],
  [/^aws:s3\/(?:bucket|bucketV2|bucketNotification|bucketCorsConfiguration(?:V2)?):/, RUN],
  [/^aws:sns\/(?:topic|topicSubscription):/, RUN],
  [/^aws:cloudwatch\/event(?:Bus|Rule|Target):/, RUN],
  [/^aws:scheduler\/schedule:/, RUN],
  [/^aws:apigatewayv2\/(?:api|stage|integration|route):/, RUN],

  [/^aws:iam\//, HARMLESS],
  [/^aws:lambda\/(?:permission|alias):/, HARMLESS],
  [/^aws:cloudwatch\/(?:logGroup|eventBusPolicy|eventPermission):/, HARMLESS],
  [/^aws:scheduler\/scheduleGroup:/, HARMLESS],
  [/^aws:sqs\/(?:queuePolicy|redriveAllowPolicy):/, HARMLESS],
  [/^aws:sns\/topicPolicy:/, HARMLESS],
  [/^aws:dynamodb\/(?:resourcePolicy|tag):/, HARMLESS],
  [
    /^aws:s3\/bucket(?:Policy|PublicAccessBlock|ServerSideEncryptionConfiguration|OwnershipControls|Acl|Logging|Metric)(?:V2)?:/,
    HARMLESS,
  ],
  [/^aws:apigateway\/account:/, HARMLESS],
  [/^(?:random|tls|pulumi|sst):/, HARMLESS],

  [/^aws:s3\/bucketVersioning/, "an object has one version, and older ones are not kept"],
  [/^aws:s3\/bucketLifecycleConfiguration/, "objects do not expire"],
  [/^aws:s3\//, "buckets are as they are without it"],
  [/^aws:dynamodb\//, "tables are as they are without it"],
  [/^aws:sns\//, "nothing is delivered by it"],
  [/^aws:cloudwatch\/event/, "no event reaches it, and it sends none"],
  [/^aws:(?:scheduler|pipes)\//, "it never fires"],
  [/^aws:cloudwatch\//, "nothing is measured against it: no alarm rings, and there is no dashboard"],
  [/^aws:lambda\/provisionedConcurrencyConfig:/, "no environment is started before it is needed"],
  [/^aws:lambda\//, "functions run without it"],
  [/^aws:apigatewayv2\/(?:domainName|apiMapping):/, "the API answers at its local address only"],
  [/^aws:apigateway(?:v2)?\//, "nothing answers there"],
  [/^aws:(?:cloudfront|appsync|lb|globalaccelerator|wafv2|iot)\//, "nothing answers there"],
  [/^aws:(?:route53|acm|servicediscovery|cognito|kms)\//, "nothing asks it, and calls to it fail"],
  [
    /^aws:(?:ec2|vpc)\//,
    "functions run in this machine's network, with whatever it reaches, and no machine is started",
  ],
  [/^aws:(?:ecs|ecr|appautoscaling|batch)\//, "no container is started"],
  [/^aws:(?:ssm|secretsmanager)\//, "it cannot be read through its service"],
  [/^aws:(?:ses|sesv2)\//, "no mail is sent"],
  [/^aws:(?:rds|dsql|elasticache|opensearch|memorydb|docdb|efs|redshift)\//, "nothing listens at its address"],
  [/^aws:sfn\//, "no execution can be started"],
  [/^aws:kinesis\//, "nothing can be written to it"],
  [/^aws:/, "calls to it fail"],
  [/^/, "it is not of AWS"],
];

/** `RUN`, `HARMLESS`, or what it means that the resource is left out. */
export function supportOf({ type, inputs }: Resource): string {
  if (type.startsWith("aws:apigatewayv2/api:") && inputs["protocolType"] === "WEBSOCKET")
    return "no WebSocket is accepted";
  return SUPPORT.find(([pattern]) => pattern.test(type))?.[1] ?? RUN;
}

/** Whether `readGraph` reads the resource. */
export function isRead(resource: Resource): boolean {
  return supportOf(resource) === RUN;
}

/** What of the resources is not run, and what that means: a sentence for each meaning. */
export function notRunHere(resources: readonly Resource[]): string[] {
  const names = new Map<string, string[]>();
  for (const resource of resources) {
    const support = supportOf(resource);
    if (support === RUN || support === HARMLESS) continue;
    const kind = /^[^:]+:([^:]+):/.exec(resource.type)?.[1] ?? resource.type;
    names.set(support, [...(names.get(support) ?? []), `${resource.name} (${kind})`]);
  }
  return [...names].map(([meaning, named]) => `Not run here: ${named.join(", ")}; ${meaning}.`);
}
