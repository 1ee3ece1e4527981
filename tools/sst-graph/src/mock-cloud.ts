import { policyDocument } from "./policy-document.ts";

/** The account and region that a graph is evaluated for. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** A resource as Pulumi registers it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Set where the resource stays in the cloud though it leaves the configuration. */
  readonly retainOnDelete?: true;
}

/** What AWS would have answered on creation: an id and attributes, of which some become inputs of other resources. */
export interface Created {
  readonly id: string;
  readonly state: Readonly<Record<string, unknown>>;
}

/** Thrown where a configuration asks AWS something that only AWS can answer. */
export class UnknownLookup extends Error {
  readonly code = "UNKNOWN_LOOKUP";
  readonly token: string;
  /** Pulumi passes on this field alone. */
  readonly details: string;

  constructor(token: string) {
    const details = `the offline evaluation has no answer to the lookup "${token}"`;
    super(details);
    this.token = token;
    this.details = details;
  }
}

/** Gives a resource the ARN, URL and so on that AWS would give it in `place`; everything else is as it was asked for. */
export function createResource({ type, name, inputs }: Registration, { account, region }: Place): Created {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  const called = (property: string) => {
    const value = inputs[property];
    return typeof value === "string" ? value : name;
  };
  const made = (id: string, attributes: Record<string, unknown>): Created => ({
    id,
    state: { ...inputs, ...attributes },
  });

  switch (type) {
    case "aws:sqs/queue:Queue": {
      const queue = called("name");
      const url = `https://sqs.${region}.amazonaws.com/${account}/${queue}`;
      return made(url, { name: queue, url, arn: arn("sqs", queue) });
    }
    case "aws:dynamodb/table:Table": {
      const table = arn("dynamodb", `table/${called("name")}`);
      return made(called("name"), {
        arn: table,
        ...(inputs["streamEnabled"] === true && { streamArn: `${table}/stream/latest` }),
      });
    }
    case "aws:s3/bucket:Bucket": {
      const bucket = called("bucket");
      return made(bucket, {
        bucket,
        arn: `arn:aws:s3:::${bucket}`,
        bucketDomainName: `${bucket}.s3.amazonaws.com`,
        region,
      });
    }
    case "aws:lambda/function:Function":
      return made(called("name"), { arn: arn("lambda", `function:${called("name")}`), version: "$LATEST" });
    // AWS draws a random UUID; the name is as unique, and says in a review which mapping is meant.
    case "aws:lambda/eventSourceMapping:EventSourceMapping":
      return made(name, { uuid: name, arn: arn("lambda", `event-source-mapping:${name}`) });
    case "aws:iam/role:Role":
      return made(called("name"), { name: called("name"), arn: `arn:aws:iam::${account}:role/${called("name")}` });
    case "aws:cloudwatch/logGroup:LogGroup":
      return made(called("name"), { arn: arn("logs", `log-group:${called("name")}`) });
    case "aws:cloudwatch/metricAlarm:MetricAlarm":
      return made(called("name"), { arn: arn("cloudwatch", `alarm:${called("name")}`) });
    case "aws:sns/topic:Topic":
      return made(arn("sns", called("name")), { name: called("name"), arn: arn("sns", called("name")) });
    case "random:index/randomBytes:RandomBytes":
      return made(name, { base64: "", hex: "" });
    default:
      return made(name, {});
  }
}

/**
 * Answers a Pulumi data source: the place, and policy documents in the JSON that AWS would be given.
 *
 * @throws {UnknownLookup} for every other one
 */
export function lookUp(
  token: string,
  inputs: Readonly<Record<string, unknown>>,
  { account, region }: Place,
): Record<string, unknown> {
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return { id: region, name: region, region };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { id: account, accountId: account, arn: `arn:aws:iam::${account}:root`, userId: account };
    case "aws:index/getPartition:getPartition":
      return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com" };
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return { ...inputs, id: "policy", json: policyDocument(inputs["statements"]) };
    default:
      throw new UnknownLookup(token);
  }
}
