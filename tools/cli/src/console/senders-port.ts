import { randomUUID } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { SAMPLE_NAMES, type SampleSubjects } from "@doorbell/aws-events/sample-events";
import type { SendersPort } from "@doorbell/console/console-ports";
import type { Graph } from "@doorbell/local-cloud/graph/graph";
import { queueVariable } from "@doorbell/local-cloud/local-environment";
import type { Environment } from "../aws/environment.ts";
import { nameIn } from "../aws/names.ts";
import { CommandError } from "../command-error.ts";
import type { DoorbellConfig } from "../config.ts";
import { sampleOf } from "../events/sample.ts";
import { sampleSource } from "../events/sample-source.ts";
import { sourceSubjects } from "../events/sample-subjects.ts";

/** What the console puts into the local cloud goes through the public APIs, as everybody's does. */
export function sendersPort(open: () => Promise<Environment>, config: () => Promise<DoorbellConfig>): SendersPort {
  const eventHooks = async () => (await (await config()).events?.()) ?? {};
  return {
    async putObject({ bucket, key, body, bytes }) {
      const { s3 } = await open();
      const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentLength: bytes });
      const { ETag = "", VersionId } = await s3.send(put);
      return { bucket, key, eTag: ETag.replaceAll('"', ""), ...(VersionId !== undefined && { versionId: VersionId }) };
    },
    async follow(object) {
      const hooks = await (await config()).console?.(await open());
      return hooks?.file?.(object);
    },
    async sendMessage({ queue, body, groupId }) {
      const environment = await open();
      const definition = environment.graph.queues.find(({ name }) => name === queue);
      if (definition === undefined) throw new CommandError(`there is no queue ${queue}.`);
      const { MessageId = "" } = await environment.sqs.send(
        new SendMessageCommand({
          QueueUrl: nameIn(environment, queueVariable(definition.component)),
          MessageBody: body,
          ...(definition.fifo !== undefined && {
            MessageGroupId: groupId ?? "console",
            MessageDeduplicationId: randomUUID(),
          }),
        }),
      );
      return { messageId: MessageId };
    },
    samples: async () => [...new Set([...SAMPLE_NAMES, ...Object.keys((await eventHooks()).samples ?? {})])],
    async sample(name, seed) {
      const { graph } = await open();
      return sampleOf(name, { count: 1, seed, subjects: subjectsOf(graph, name) }, await eventHooks());
    },
  };
}

/** Names from the graph; made-up ones where it has several that would do. */
function subjectsOf(graph: Graph, name: string): SampleSubjects {
  try {
    return sourceSubjects(graph, sampleSource(graph, name));
  } catch (error) {
    if (error instanceof CommandError) return {};
    throw error;
  }
}
