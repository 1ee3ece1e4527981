/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "bucket",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const bucket = new sst.aws.Bucket("MyBucket");
    bucket.notify({
      notifications: [
        {
          name: "MySubscriber",
          function: "subscriber.handler",
          events: ["s3:ObjectCreated:*"],
          filterSuffix: ".txt",
        },
      ],
    });

    return { bucket: bucket.name };
  },
});
