import type { WebAddress } from "./event-sources/http/web-addresses.ts";
import { LOCAL_ACCOUNT } from "./local-region.ts";
import type { Graph } from "./graph/graph.ts";

/** A queue's URL at the local endpoint. */
export function queueUrl(origin: string, name: string): string {
  return `${origin}/${LOCAL_ACCOUNT}/${name}`;
}

/** A bucket's URL at the local endpoint, with the path that it has in all of S3's URLs here. */
export function bucketUrl(origin: string, name: string): string {
  return `${origin}/${name}`;
}

/**
 * Puts local URLs in the place of AWS's, wherever they stand in a text: those of queues, buckets, functions and APIs. Made once, at boot.
 */
export function localUrls(
  origin: string,
  { region, buckets }: Pick<Graph, "region" | "buckets">,
  addresses: readonly WebAddress[],
): (text: string) => string {
  const replacements: (readonly [aws: string, local: string])[] = [
    [`https://sqs.${region}.amazonaws.com/${LOCAL_ACCOUNT}/`, queueUrl(origin, "")],
    ...buckets.flatMap(({ name }) =>
      [`${name}.s3.${region}.amazonaws.com`, `${name}.s3.amazonaws.com`].map(
        (host) => [`https://${host}`, bucketUrl(origin, name)] as const,
      ),
    ),
  ];
  for (const { definition, server } of addresses)
    if (definition.awsUrl !== undefined) replacements.push([definition.awsUrl, server.origin]);
  return (text) => replacements.reduce((result, [aws, local]) => result.replaceAll(aws, local), text);
}

/** `value` with every text in it, at any depth, put through `replace`. */
export function eachText(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((each) => eachText(each, replace));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, eachText(each, replace)]));
}
