/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app(input) {
    return {
      name: "bus",
      removal: input.stage === "production" ? "retain" : "remove",
      home: "aws",
    };
  },
  async run() {
    const bus = new sst.aws.Bus("MyBus");
    bus.subscribe("MySubscriber", "subscriber.handler", {
      pattern: { detailType: ["parcel.sent"] },
    });

    const publisher = new sst.aws.Function("MyPublisher", {
      handler: "publisher.handler",
      link: [bus],
    });

    return { bus: bus.name, publisher: publisher.name };
  },
});
