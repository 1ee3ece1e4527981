/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "table-stream",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const table = new sst.aws.Dynamo("MyTable", {
      fields: { id: "string" },
      primaryIndex: { hashKey: "id" },
      stream: "new-and-old-images",
    });
    table.subscribe("MySubscriber", "subscriber.handler", {
      filters: [{ dynamodb: { NewImage: { message: { S: ["Hello"] } } } }],
    });

    const writer = new sst.aws.Function("MyWriter", {
      handler: "writer.handler",
      link: [table],
    });

    return { table: table.name, writer: writer.name };
  },
});
