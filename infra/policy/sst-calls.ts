import { type Place, arn, on } from "./deploy-calls.ts";
import type { Access } from "./iam-actions.ts";

/** What SST calls for itself, whatever is deployed: its bootstrap of account and region, its state, and the code of functions. */
export function sstCalls(place: Place, app: string, stage: string): readonly Access[] {
  const [state, asset] = ["arn:aws:s3:::sst-state-abcdefghijkl", "arn:aws:s3:::sst-asset-abcdefghijkl"];
  const parameter = (name: string) => arn(place, "ssm", `parameter/sst/${name}`);
  return [
    // SST, pkg/project/provider/aws.go: the steps of its bootstrap, and what it keeps in the bucket of states.
    ...on(parameter("bootstrap"), "ssm:GetParameter", "ssm:PutParameter"),
    ...on(parameter("bootstrap/asset"), "ssm:GetParameter"),
    ...on(asset, "s3:CreateBucket", "s3:PutBucketNotification", "s3:PutBucketPolicy"),
    ...on(state, "s3:CreateBucket", "s3:PutBucketVersioning", "s3:PutBucketPolicy", "s3:ListBucket"),
    ...on(arn(place, "ecr", "repository/sst-asset"), "ecr:CreateRepository", "ecr:DescribeRepositories"),
    ...on(`${state}/app/${app}/${stage}.json`, "s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
    ...on(parameter(`passphrase/${app}/${stage}`), "ssm:GetParameter", "ssm:PutParameter"),
    ...on("*", "sts:GetCallerIdentity"),
    // Provider, aws_s3_object: the code of a function is an object with the tags of the stage. A missing one is told by the listing.
    ...on(asset, "s3:ListBucket"),
    ...on(`${asset}/assets/Function-code.zip`, "s3:PutObject", "s3:PutObjectTagging"),
    ...on(`${asset}/assets/Function-code.zip`, "s3:GetObject", "s3:GetObjectTagging", "s3:DeleteObject"),
  ];
}
