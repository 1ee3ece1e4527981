import type { EventBridgeEvent } from "aws-lambda";

export const handler = async ({ detail }: EventBridgeEvent<"parcel.sent", { id: string }>) => {
  console.log(`sent ${detail.id}`);
};
