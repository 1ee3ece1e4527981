import { awsResource } from "./aws-resource.ts";
import { characters, uuid } from "./deterministic.ts";
import { policyDocument } from "./policy-document.ts";
import { randomResource } from "./random-resource.ts";
import type { Created, Place, Properties, Registration } from "./registration.ts";

/** Thrown where a configuration asks AWS something that only AWS can answer. */
export class UnknownLookup extends Error {
  readonly code = "UNKNOWN_LOOKUP";
  readonly token: string;
  constructor(token: string) {
    super(
      `only AWS can answer the lookup "${token}", and the evaluation is offline: ` +
        `give the value in the configuration where the stage is a local one, and look it up otherwise`,
    );
    this.token = token;
  }
}

/** What becomes of a resource: attributes as AWS would give them in `place`, and everything else as it was asked for. */
export function createResource(registration: Registration, place: Place): Created {
  const { type, name, inputs, existing } = registration;
  if (type.startsWith("aws:")) return awsResource(registration, place);
  if (type === "pulumi-nodejs:dynamic:Resource") return sstResource(registration);
  // A command is not run: it belongs to a deployment.
  if (type === "command:local:Command") return { id: name, state: { ...inputs, stdout: "", stderr: "" } };
  return randomResource(registration) ?? { id: existing ?? name, state: inputs };
}

/** A resource that SST's command line makes itself; its name ends in what it is, such as `.sst.aws.KvKeys`. */
function sstResource({ name, inputs }: Registration): Created {
  const kind = /\.sst\.aws\.(\w+)$/.exec(name)?.[1];
  switch (kind) {
    case "HostedZoneLookup":
      return { id: name, state: { ...inputs, zoneId: `Z${characters(name, 13).toUpperCase()}` } };
    case "OriginAccessControl":
      return { id: `E${characters(name, 13).toUpperCase()}`, state: inputs };
    case "DistributionDeploymentWaiter":
      return { id: name, state: { ...inputs, isDone: true } };
    default:
      return { id: name, state: inputs };
  }
}

/**
 * Answers a Pulumi data source: the place, what can be computed, and what only has to be there for resources that are not run
 * here (zones of a network, images of a machine).
 *
 * @throws {UnknownLookup} for every other one
 */
export function lookUp(token: string, inputs: Properties, { account, region }: Place): Properties {
  switch (token) {
    case "aws:index/getRegion:getRegion":
      return { id: region, name: region, region };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { id: account, accountId: account, arn: `arn:aws:iam::${account}:root`, userId: account };
    case "aws:index/getPartition:getPartition":
      return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return { ...inputs, id: "policy", json: policyDocument(inputs["statements"]) };
    case "aws:index/getArn:getArn":
      return parsedArn(String(inputs["arn"]));
    case "aws:index/getAvailabilityZones:getAvailabilityZones": {
      const zones = ["a", "b", "c"];
      return {
        id: region,
        names: zones.map((zone) => region + zone),
        zoneIds: zones.map((zone) => `${region}-az-${zone}`),
      };
    }
    case "aws:ec2/getAmi:getAmi":
      return { id: "ami-00000000000000000", imageId: "ami-00000000000000000", architecture: "arm64" };
    case "aws:ecr/getAuthorizationToken:getAuthorizationToken":
      return {
        id: region,
        userName: "AWS",
        password: "none",
        proxyEndpoint: `https://${account}.dkr.ecr.${region}.amazonaws.com`,
      };
    case "aws:iot/getEndpoint:getEndpoint":
      return { id: "iot", endpointAddress: `${characters(uuid(account), 14)}-ats.iot.${region}.amazonaws.com` };
    default:
      throw new UnknownLookup(token);
  }
}

/** `arn:partition:service:region:account:resource`; the resource may hold further colons. */
function parsedArn(arn: string): Properties {
  const [, partition = "", service = "", region = "", account = "", ...resource] = arn.split(":");
  return { id: arn, arn, partition, service, region, account, resource: resource.join(":") };
}
