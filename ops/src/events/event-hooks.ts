import type { EventHooks } from "@doorbell/cli/events/event-hooks";
import { ORDER_CANCELLED_TYPE } from "@doorbell/event-contracts/order-cancelled";
import { ORDER_PLACED_TYPE } from "@doorbell/event-contracts/order-placed";
import { sampleEvent } from "@doorbell/event-contracts/sample-events";
import { businessEvents, queuedBusinessEvents } from "./business-sources.ts";
import { uploadSamples } from "./upload-samples.ts";

/** What this pipeline knows of its events. */
export const eventHooks: EventHooks = {
  sources: { orders: queuedBusinessEvents, cloudevents: businessEvents },
  samples: {
    // The pipeline's queue takes orders, and nothing else.
    sqs: (options) => sampleEvent(ORDER_PLACED_TYPE, options),
    [ORDER_PLACED_TYPE]: (options) => sampleEvent(ORDER_PLACED_TYPE, options),
    [ORDER_CANCELLED_TYPE]: (options) => sampleEvent(ORDER_CANCELLED_TYPE, options),
  },
  isAsInserted: ({ version }) => version !== undefined && "N" in version && version.N === "1",
  fill: uploadSamples,
};
