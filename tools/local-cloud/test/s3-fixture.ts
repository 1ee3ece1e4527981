import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { S3Client } from "@aws-sdk/client-s3";
import { createBuckets } from "../src/emulators/fauxqs-buckets.ts";
import { startFauxqs } from "../src/emulators/fauxqs.ts";
import { startFrontServer } from "../src/endpoint/front-server.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "../src/local-region.ts";
import { createS3Api } from "../src/s3/s3-api.ts";
import type { IncomingHttpHeaders } from "node:http";
import type { ObjectChange } from "../src/emulators/buckets.ts";

export const BUCKET = "files";

/** An answer as it came. */
interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** S3 at an endpoint, for tests, with one bucket, and all that a function would be invoked for. */
export async function startS3(dataDir?: string) {
  const front = await startFrontServer(0);
  const fauxqs = await startFauxqs({ origin: front.origin, region: LOCAL_REGION, ...(dataDir && { dataDir }) });
  const changes: ObjectChange[] = [];
  createBuckets(fauxqs.s3, [{ name: BUCKET, arn: `arn:aws:s3:::${BUCKET}`, component: "Files" }]).onChange((change) =>
    changes.push(change),
  );
  front.serve(createS3Api({ store: fauxqs.s3, region: LOCAL_REGION, next: fauxqs.handle }));
  const client = new S3Client({
    endpoint: front.origin,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  return {
    client,
    origin: front.origin,
    store: fauxqs.s3,
    changes,
    /** Sends a request as no SDK would. */
    async send(method: string, path: string, headers: Record<string, string> = {}, body = ""): Promise<RawAnswer> {
      const request = httpRequest(`${front.origin}${path}`, { method, headers }).end(body);
      const [response] = await once(request, "response");
      return { status: response.statusCode, headers: response.headers, body: await text(response) };
    },
    async stop(): Promise<void> {
      client.destroy();
      await front.stop();
      await fauxqs.stop();
    },
  };
}

export type TestS3 = Awaited<ReturnType<typeof startS3>>;
