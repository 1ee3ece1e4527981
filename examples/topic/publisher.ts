import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { Resource } from "sst";

const sns = new SNSClient();

export const handler = async ({ text }: { text: string }) => {
  await sns.send(new PublishCommand({ TopicArn: Resource.MyTopic.arn, Message: text }));
};
