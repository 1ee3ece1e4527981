/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app() {
    return { name: "tables", home: "aws", providers: { aws: { region: "eu-west-1" } } };
  },
  async run() {
    const table = new sst.aws.Dynamo("Table", {
      fields: { id: "string", kind: "string" },
      primaryIndex: { hashKey: "id" },
      globalIndexes: { ByKind: { hashKey: "kind" } },
      stream: "new-and-old-images",
    });
    table.subscribe("Inserted", "src/inserted.handler", {
      filters: [{ dynamodb: { NewImage: { kind: { S: ["order"] } } } }],
    });

    const bucket = new sst.aws.Bucket("Uploads");
    const queue = new sst.aws.Queue("Images");
    const topic = new sst.aws.SnsTopic("Documents");
    bucket.notify({
      notifications: [
        { name: "OnUpload", function: "src/upload.handler", events: ["s3:ObjectCreated:*"], filterPrefix: "uploads/" },
        { name: "OnImage", queue, events: ["s3:ObjectCreated:*"], filterPrefix: "images/" },
        { name: "OnDocument", topic, events: ["s3:ObjectRemoved:*"], filterPrefix: "documents/" },
      ],
    });
    return { table: table.name };
  },
});
