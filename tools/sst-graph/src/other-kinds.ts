import { type Kind, UPPER_ALPHANUMERIC, plain, text } from "./aws-kind.ts";
import { uuid } from "./deterministic.ts";

/** CloudFront's own zone, the same for every distribution. */
const CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2";

const HEXADECIMAL = "0123456789abcdef";

/** A kind whose id AWS draws, as a prefix and 17 hexadecimal digits. */
const inVpc = (prefix: string, resource: string): Kind => ({
  id: ({ drawn }) => `${prefix}-${drawn(17, HEXADECIMAL)}`,
  attributes: (subject) => ({ arn: subject.arn("ec2", `${resource}/${subject.id}`) }),
});

/** A kind that answers at a host of its own; nothing does here, and the host's name says so. */
function served(named: string, service: string, port: number): Kind {
  return {
    named,
    attributes: ({ name, place, inputs, arn }) => {
      const host = `${name}.${service}.${place.region}.not-run-locally.invalid`;
      const listens = typeof inputs["port"] === "number" ? inputs["port"] : port;
      return {
        arn: arn(service, name),
        address: host,
        dnsName: host,
        port: listens,
        // A database's endpoint names its port, a cluster's or proxy's does not.
        endpoint: named === "identifier" ? `${host}:${listens}` : host,
        readerEndpoint: host,
        primaryEndpointAddress: host,
        configurationEndpointAddress: host,
        dbiResourceId: `db-${name}`,
        masterUserSecrets: [{ secretArn: arn("secretsmanager", `secret:${name}`) }],
        clusterResourceId: `cluster-${name}`,
      };
    },
  };
}

/** Resources that stand beside the events: sites, certificates, users, networks, databases. */
export const otherKinds: Readonly<Record<string, Kind>> = {
  "aws:cloudfront/distribution:Distribution": {
    id: ({ drawn }) => `E${drawn(13, UPPER_ALPHANUMERIC)}`,
    attributes: (subject) => ({
      arn: `arn:aws:cloudfront::${subject.place.account}:distribution/${subject.id}`,
      domainName: `d${subject.drawn(13)}.cloudfront.net`,
      hostedZoneId: CLOUDFRONT_ZONE,
      etag: subject.id,
      status: "Deployed",
    }),
  },
  "aws:cloudfront/function:Function": {
    attributes: ({ name, place }) => ({
      name,
      arn: `arn:aws:cloudfront::${place.account}:function/${name}`,
      etag: `E${name}`,
    }),
  },
  "aws:cloudfront/keyValueStore:KeyValueStore": {
    attributes: ({ name, place, registration }) => ({
      arn: `arn:aws:cloudfront::${place.account}:key-value-store/${uuid(registration.name)}`,
      name,
    }),
  },
  "aws:acm/certificate:Certificate": {
    id: ({ arn, registration }) => arn("acm", `certificate/${uuid(registration.name)}`),
    attributes: (subject) => ({
      arn: subject.id,
      domainValidationOptions: [subject.inputs["domainName"], ...list(subject.inputs["subjectAlternativeNames"])].map(
        (domain) => ({
          domainName: text(domain),
          resourceRecordName: `_${subject.drawn(32)}.${text(domain)}.`,
          resourceRecordType: "CNAME",
          resourceRecordValue: `_${subject.drawn(32)}.acm-validations.aws.`,
        }),
      ),
    }),
  },
  "aws:cognito/userPool:UserPool": {
    id: ({ place, drawn }) => `${place.region}_${drawn(9)}`,
    attributes: (subject) => ({
      name: subject.name,
      arn: subject.arn("cognito-idp", `userpool/${subject.id}`),
      endpoint: `cognito-idp.${subject.place.region}.amazonaws.com/${subject.id}`,
    }),
  },
  "aws:cognito/userPoolClient:UserPoolClient": {
    id: ({ drawn }) => drawn(26),
    attributes: ({ drawn }) => ({ clientSecret: drawn(51) }),
  },
  "aws:cognito/identityPool:IdentityPool": {
    named: "identityPoolName",
    id: ({ place, registration }) => `${place.region}:${uuid(registration.name)}`,
    attributes: (subject) => ({ arn: subject.arn("cognito-identity", `identitypool/${subject.id}`) }),
  },
  "aws:secretsmanager/secret:Secret": {
    id: ({ arn, name, drawn }) => arn("secretsmanager", `secret:${name}-${drawn(6)}`),
    attributes: (subject) => ({ name: subject.name, arn: subject.id }),
  },
  "aws:ssm/parameter:Parameter": {
    attributes: ({ name, arn }) => ({ name, arn: arn("ssm", `parameter/${name.replace(/^\//, "")}`) }),
  },
  "aws:kms/key:Key": {
    id: ({ registration }) => uuid(registration.name),
    attributes: (subject) => ({ keyId: subject.id, arn: subject.arn("kms", `key/${subject.id}`) }),
  },
  "aws:sfn/stateMachine:StateMachine": plain("states", (name) => `stateMachine:${name}`),
  "aws:ec2/vpc:Vpc": {
    id: ({ drawn }) => `vpc-${drawn(17, HEXADECIMAL)}`,
    attributes: (subject) => ({
      arn: subject.arn("ec2", `vpc/${subject.id}`),
      defaultSecurityGroupId: `sg-${subject.drawn(17, HEXADECIMAL)}`,
    }),
  },
  "aws:rds/instance:Instance": served("identifier", "rds", 5432),
  "aws:rds/cluster:Cluster": served("clusterIdentifier", "rds", 5432),
  "aws:rds/clusterInstance:ClusterInstance": served("identifier", "rds", 5432),
  "aws:rds/proxy:Proxy": served("name", "rds", 5432),
  "aws:elasticache/replicationGroup:ReplicationGroup": served("replicationGroupId", "cache", 6379),
  "aws:opensearch/domain:Domain": served("domainName", "es", 443),
  "aws:lb/loadBalancer:LoadBalancer": served("name", "elb", 80),
  "aws:efs/fileSystem:FileSystem": served("name", "efs", 2049),
  "aws:ec2/subnet:Subnet": inVpc("subnet", "subnet"),
  "aws:ec2/securityGroup:SecurityGroup": inVpc("sg", "security-group"),
};

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
