import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { parseBusinessEvent } from "../src/business-event.ts";
import { parseStreamEvent } from "@doorbell/aws-events/dynamodb-stream";
import { parseEventBridgeEvent } from "@doorbell/aws-events/event-bridge";
import { parseObjectEvents } from "@doorbell/aws-events/object-events";
import { ORDER_CANCELLED_TYPE } from "../src/order-cancelled.ts";
import { ORDER_PLACED_TYPE } from "../src/order-placed.ts";
import type { ParsedBatch, Issue, Parsed } from "@doorbell/aws-events/parsed";
import { parseS3Event } from "@doorbell/aws-events/s3";
import { parseSnsEvent } from "@doorbell/aws-events/sns";
import { parseSqsEvent } from "@doorbell/aws-events/sqs";
import {
  sampleBusEvent,
  sampleS3Record,
  sampleSnsBody,
  sampleSnsRecord,
  sampleSqsRecord,
  sampleStreamRecord,
} from "@doorbell/aws-events/testing";
import { sampleOrderCancelled, sampleOrderPlaced } from "../src/testing.ts";
import { parseTimeWindow } from "@doorbell/aws-events/time-window";
import {
  expectedBusEvent,
  expectedBusinessEvent,
  expectedChange,
  expectedMessage,
  expectedObject,
  expectedTopicMessage,
} from "./expected.ts";
import { brokenTextOf, type JsonPath, mutantsOf } from "./mutations.ts";

/** Something that must hold for every input that the generator makes. */
export interface FuzzTarget {
  readonly name: string;
  readonly property: fc.IRawProperty<unknown>;
}

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
  ofOne("eventbridge", sampleBusEvent(), (event) => parseEventBridgeEvent(event), expectedBusEvent),
  ofBody(ORDER_PLACED_TYPE, sampleOrderPlaced({ shippedOn: "2024-03-02", shipMode: "First Class" })),
  ofBody(ORDER_CANCELLED_TYPE, sampleOrderCancelled()),
  neverThrows("text of an order", sampleOrderPlaced(), (text) => parseBusinessEvent(text)),
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
      parseBusinessEvent(JSON.stringify(event));
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
      demandRight(mutant, expected(value), ["Records", 1, ...path], related);
      const isFound =
        mutant?.index === 1 && (mutant.ok || mutant.issues.every((issue) => issue.path.startsWith("Records[1]")));
      demand(isFound, "an issue named another record", mutant);
    }),
  };
}

function ofOne<T>(
  name: string,
  event: object,
  parse: (event: unknown) => Parsed<T>,
  expected: (event: unknown) => unknown,
): FuzzTarget {
  return {
    name,
    property: fc.property(mutantsOf(event), ({ path, value }) => {
      demandRight(parse(value), expected(value), path);
    }),
  };
}

function ofBody(type: string, event: object): FuzzTarget {
  return {
    name: type,
    property: fc.property(mutantsOf(event), ({ path, value }) => {
      const parsed = parseBusinessEvent(JSON.stringify(value));
      // -0 and lost digits are what JSON makes of them before anyone looks.
      const expected = expectedBusinessEvent(type, JSON.parse(JSON.stringify(value)));
      const linked = { amount: ["data", "total"], orderId: ["subject"], lines: ["data", "total"] };
      const related = Object.entries(linked).flatMap(([key, other]) =>
        path.includes(key) || path.includes("lines") ? [other] : [],
      );
      demandRight(parsed, expected, path, related);
    }),
  };
}

function neverThrows(name: string, value: unknown, parse: (text: string) => unknown): FuzzTarget {
  return {
    name,
    property: fc.property(brokenTextOf(value), (text) => {
      const first = parse(text);
      demand(isDeepStrictEqual(first, parse(text)), "two answers to one text", first);
    }),
  };
}

function demandRight(
  parsed: Parsed<unknown> | undefined,
  expected: unknown,
  path: JsonPath,
  related: readonly JsonPath[] = [],
): void {
  if (parsed === undefined) throw new Error("no answer");
  if (parsed.ok) {
    demand(expected !== undefined, "was read and should have been refused", parsed.value);
    demand(isDeepStrictEqual(parsed.value, expected), "was read as something else", { value: parsed.value, expected });
    return;
  }
  demand(expected === undefined, "was refused and should have been read", parsed.issues);
  demand(parsed.issues.length > 0 && parsed.issues.length <= 50, "no issue, or too many", parsed.issues.length);
  const places = [path, ...related].map(written);
  const isNamed = (issue: Issue) => places.some((place) => touches(issue.path, place));
  demand(parsed.issues.some(isNamed), `no issue at ${written(path)}`, parsed.issues);
}

/** One of the two leads to the other. Long paths are cut. */
function touches(a: string, b: string): boolean {
  const [left, right] = [a.replace(/…$/, ""), b];
  return left.startsWith(right) || right.startsWith(left);
}

function written(path: JsonPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (!/^[A-Za-z_$][\w$]{0,63}$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

function demand(condition: boolean, complaint: string, facts: unknown): asserts condition {
  if (!condition) throw new Error(`${complaint}: ${JSON.stringify(facts)?.slice(0, 2_000)}`);
}
