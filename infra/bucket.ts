/** How long a version that was overwritten or deleted can be had back. */
const OLD_VERSION_DAYS = 90;

/** What a bucket says of itself; everything else is the same for all of them. */
interface PrivateBucketArgs {
  /** Where given, objects are deleted after so many days. */
  readonly expireAfterDays?: number;
}

/**
 * A private bucket: public access blocked and TLS required (SST's defaults), no CORS (SST's default would let a browser on
 * any site in), encrypted at rest by keys of S3. Old versions are kept for a while, so that what was overwritten or deleted by
 * mistake can be had back; uploads that were never completed are swept after a week. Only a stage that may be removed loses its
 * objects with it.
 */
export function privateBucket(component: string, { expireAfterDays }: PrivateBucketArgs = {}): sst.aws.Bucket {
  const bucket = new sst.aws.Bucket(component, {
    cors: false,
    versioning: true,
    lifecycle: [{ id: "sweep" }],
    transform: {
      bucket: { forceDestroy: !$app.protect },
      lifecycle: {
        rules: [
          {
            id: "sweep",
            status: "Enabled",
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            noncurrentVersionExpiration: { noncurrentDays: OLD_VERSION_DAYS },
            // With an age, S3 removes the markers of deleted objects by itself.
            expiration: expireAfterDays === undefined ? { expiredObjectDeleteMarker: true } : { days: expireAfterDays },
          },
        ],
      },
    },
  });
  // oxlint-disable-next-line no-new -- making it is all there is to it
  new aws.s3.BucketServerSideEncryptionConfiguration(`${component}Encryption`, {
    bucket: bucket.name,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  return bucket;
}
