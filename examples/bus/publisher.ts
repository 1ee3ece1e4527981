import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { Resource } from "sst";

const eventBridge = new EventBridgeClient();

export const handler = async ({ type, id }: { type: string; id: string }) => {
  const entry = {
    EventBusName: Resource.MyBus.name,
    Source: "depot",
    DetailType: type,
    Detail: JSON.stringify({ id }),
  };
  await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
};
