import type { IncomingMessage, ServerResponse } from "node:http";
import type { ObservableS3Store } from "../emulators/observable-s3-store.ts";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import { readBody } from "../endpoint/read-body.ts";
import { signedService } from "../endpoint/route.ts";
import type { Handler } from "../endpoint/front-server.ts";
import { checkLimits } from "./check-limits.ts";
import { checkHeaders } from "./headers.ts";
import { readTagDocument, tagDocument } from "./object-tags.ts";
import { operationOf, readS3Request, type Operation, type S3Request } from "./operations.ts";
import { refusedName } from "./refused-operations.ts";
import { S3Error, notImplemented, sendS3Error, sendXml, toS3Error, tooLarge } from "./s3-error.ts";
import { checkVersionId } from "./version-id.ts";

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/**
 * Refuses what the local cloud does not have of S3, so that fauxqs never takes it for something else, and answers what fauxqs does
 * not have: tags, and where a bucket is. The rest goes on to `next`, and so do requests to SQS, SNS and STS.
 */
export function createS3Api(options: {
  readonly store: ObservableS3Store;
  readonly region: string;
  readonly next: (request: IncomingMessage, response: ServerResponse) => void;
}): Handler {
  const { store, region, next } = options;

  async function answerOwn(
    { name }: Operation,
    { bucket, key }: S3Request,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    switch (name) {
      case "GetBucketLocation":
        checkBucket(store, bucket);
        sendXml(response, 200, `<LocationConstraint ${NAMESPACE}>${region}</LocationConstraint>`);
        return true;
      case "GetBucketVersioning":
        checkBucket(store, bucket);
        sendXml(response, 200, `<VersioningConfiguration ${NAMESPACE}/>`);
        return true;
      case "GetObjectTagging":
        sendXml(response, 200, tagDocument(store.tagsOf(bucket, key)));
        return true;
      case "DeleteObjectTagging":
        store.deleteTags(bucket, key);
        sendXml(response, 204);
        return true;
      case "PutObjectTagging": {
        const document = await readBody(request, BODY_LIMITS.s3Document);
        if (document === undefined) throw tooLarge(BODY_LIMITS.s3Document);
        store.putTags(bucket, key, readTagDocument(document.toString("utf8")));
        sendXml(response, 200);
        return true;
      }
      default:
        return false;
    }
  }

  return async (request, response) => {
    const asked = readS3Request(request);
    if (asked === undefined) return next(request, response);
    try {
      const service = signedService(request.url ?? "/", request.headers) ?? "s3";
      if (service !== "s3") throw notImplemented(`${asked.method} ${request.url} of ${service}`);
      const operation = operationOf(asked);
      if (operation === undefined) throw notImplemented(refusedName(asked));
      checkHeaders(asked.headers);
      checkVersionId(asked.query.get("versionId"));
      checkLimits(operation, asked);
      if (operation.name === "CreateBucket" && store.hasBucket(asked.bucket)) throw bucketTaken();
      if (!(await answerOwn(operation, asked, request, response))) next(request, response);
    } catch (error) {
      if (response.headersSent) throw error;
      sendS3Error(response, toS3Error(error));
      request.resume();
    }
  };
}

const bucketTaken = () =>
  new S3Error(
    409,
    "BucketAlreadyOwnedByYou",
    "Your previous request to create the named bucket succeeded and you already own it.",
  );

function checkBucket(store: ObservableS3Store, bucket: string): void {
  if (!store.hasBucket(bucket)) throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist");
}
