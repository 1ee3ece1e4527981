import { demand, demandRight, type FuzzTarget, neverThrows, readsMutants } from "@doorbell/fuzzing/fuzz-target";
import { mutantsOf } from "@doorbell/fuzzing/mutations";
import * as fc from "fast-check";
import { parseStreamEvent } from "../src/dynamodb-stream.ts";
import { parseEventBridgeEvent } from "../src/event-bridge.ts";
import { parseObjectEvents } from "../src/object-events.ts";
import type { ParsedBatch } from "../src/parsed.ts";
import { parseS3Event } from "../src/s3.ts";
import { parseSnsEvent } from "../src/sns.ts";
import { parseSqsEvent } from "../src/sqs.ts";
import {
  sampleBusEvent,
  sampleS3Record,
  sampleSnsBody,
  sampleSnsRecord,
  sampleSqsRecord,
  sampleStreamRecord,
} from "../src/testing.ts";
import { parseTimeWindow } from "../src/time-window.ts";
import {
  expectedBusEvent,
  expectedChange,
  expectedMessage,
  expectedObject,
  expectedTopicMessage,
} from "./expected-records.ts";

const attributes = {
  text: { dataType: "String", stringValue: "a" },
  bytes: { dataType: "Binary", binaryValue: "AA==" },
};
const image = {
  id: { S: "a" },
  n: { N: "1" },
  b: { B: "AA==" },
  m: { M: { l: { L: [{ NULL: true }, { NS: ["1"] }] } } },
  s: { BS: ["AA=="] },
};

/** All targets: each mutant gives the right answer or an issue at the place of the mutation, and no text makes a parser throw. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ofRecords("sqs", sampleSqsRecord({ messageAttributes: attributes }), parseSqsEvent, expectedMessage),
  ofRecords("s3", sampleS3Record({ versionId: "v" }), parseS3Event, expectedObject),
  ofRecords(
    "sns",
    sampleSnsRecord({ Subject: "s", MessageAttributes: { a: { Type: "String", Value: "b" } } }),
    parseSnsEvent,
    expectedTopicMessage,
  ),
  ofRecords(
    "dynamodb",
    sampleStreamRecord(
      { Keys: { id: { S: "a" } }, NewImage: image, OldImage: image },
      { userIdentity: { type: "Service", principalId: "p" } },
    ),
    parseStreamEvent,
    expectedChange,
  ),
  readsMutants("eventbridge", sampleBusEvent(), (event) => parseEventBridgeEvent(event), expectedBusEvent),
  neverThrows("text of an S3 event in a queue", { Records: [sampleS3Record()] }, (body) =>
    parseObjectEvents({ Records: [sampleSqsRecord({ body })] }),
  ),
  neverThrows(
    "text of a notification in a queue",
    sampleSnsBody(JSON.stringify({ Records: [sampleS3Record()] })),
    (body) => parseObjectEvents({ Records: [sampleSqsRecord({ body })] }),
  ),
  {
    name: "any JSON at any door",
    property: fc.property(fc.jsonValue({ maxDepth: 6 }), (event) => {
      for (const parse of [parseSqsEvent, parseS3Event, parseSnsEvent, parseStreamEvent, parseObjectEvents])
        parse(event);
      parseTimeWindow(event);
    }),
  },
];

function ofRecords<T>(
  name: string,
  record: object,
  parse: (event: unknown) => ParsedBatch<T>,
  expected: (record: unknown) => unknown,
): FuzzTarget {
  const neighbour = structuredClone(record);
  return {
    name,
    property: fc.property(mutantsOf(record), ({ path, value }) => {
      const parsed = parse({ Records: [neighbour, value] });
      const [good, mutant] = parsed.ok ? parsed.records : [];
      demand(good?.ok === true, "a bad record spoiled its neighbour", parsed);
      // SNS writes the field that names the source in another way, and the issue does not.
      const related = path[0] === "EventSource" ? [["Records", 1, "eventSource"]] : [];
      demandRight(mutant, expected(value), [["Records", 1, ...path], ...related]);
      const isFound =
        mutant?.index === 1 && (mutant.ok || mutant.issues.every((issue) => issue.path.startsWith("Records[1]")));
      demand(isFound, "an issue named another record", mutant);
    }),
  };
}
