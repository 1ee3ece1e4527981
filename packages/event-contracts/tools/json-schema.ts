import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { DATE, INSTANT, isDate, isInstant } from "@doorbell/aws-events/calendar";
import { expectedSubject, isOrderId, MAX_ORDER_ID_CHARS } from "../src/cloud-event.ts";
import { isObject } from "@doorbell/aws-events/is-object";
import { ORDER_CANCELLED_TYPE, orderCancelledSchema } from "../src/order-cancelled.ts";
import {
  expectedTotal,
  isOrderLength,
  isQuantity,
  MAX_ORDER_LINES,
  MAX_QUANTITY,
  ORDER_PLACED_TYPE,
  orderPlacedSchema,
} from "../src/order-placed.ts";
import { isPartner, MAX_PARTNER_CHARS } from "../src/partner.ts";
import { CHARACTER, identifier } from "../src/text.ts";
import { BEYOND_SCHEMA } from "./compare-contracts.ts";

/** The published contracts: JSON Schemas by the type of the event. */
export function publishedContracts(): ReadonlyMap<string, JsonSchema> {
  return new Map([
    [ORDER_PLACED_TYPE, contractOf(ORDER_PLACED_TYPE, "An order was placed", orderPlacedSchema)],
    [ORDER_CANCELLED_TYPE, contractOf(ORDER_CANCELLED_TYPE, "An order was cancelled", orderCancelledSchema)],
  ]);
}

/** A rule of our own that valibot's converter does not know was met: it needs a line in `RULES`, or it would be lost. */
export class UnpublishedRule extends Error {
  override readonly name = "UnpublishedRule";
  readonly code = "UNPUBLISHED_RULE";

  constructor(rule: string) {
    super(`No JSON Schema is known for the rule ${rule}; give it a line in RULES of json-schema.ts`);
  }
}

function contractOf(type: string, title: string, schema: GenericSchema): JsonSchema {
  return { $id: `urn:doorbell:contract:${type.replace(/^doorbell\./, "")}`, title, ...convert(schema) };
}

/** No control characters and no noncharacters, in a notation that most languages' engines read. */
const PORTABLE = String.raw`\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff`;

/** What each rule that is a function means in JSON Schema, besides its words. What it cannot say is put into words. */
const RULES = new Map<unknown, JsonSchema>([
  [isDate, { type: "string", format: "date", pattern: portable(DATE.source) }],
  [isInstant, { type: "string", format: "date-time", pattern: portable(INSTANT.source) }],
  [isQuantity, { type: "integer", minimum: 1, maximum: MAX_QUANTITY }],
  [isOrderLength, { type: "array", minItems: 1, maxItems: MAX_ORDER_LINES }],
  [isObject, { type: "object" }],
  [
    isOrderId,
    {
      ...ruleOf(identifier(MAX_ORDER_ID_CHARS)),
      // No pattern can say the one, and few engines the other.
      description: `${BEYOND_SCHEMA}an order id is in Unicode's NFC and has no default-ignorable code points (zero-width characters, bidirectional controls, variation selectors, tags) and no line or paragraph separators.`,
    },
  ],
  [
    isPartner,
    {
      type: "string",
      minLength: 1,
      maxLength: MAX_PARTNER_CHARS,
      pattern: "^(?:[A-Za-z0-9_.!~*'()-]|%[0-9A-F]{2})+$",
      description: `${BEYOND_SCHEMA}the escapes are of UTF-8, and none is of a letter, a digit or one of -_.!~*'().`,
    },
  ],
  [expectedTotal, { description: `${BEYOND_SCHEMA}total is the exact sum of the lines' amounts.` }],
  [expectedSubject, { description: `${BEYOND_SCHEMA}subject is the same as data.orderId.` }],
]);

/** Converts a schema of this package. Throws {@link UnpublishedRule} rather than leave a rule out. */
export function convert(schema: GenericSchema): JsonSchema {
  return toJsonSchema(schema, {
    // The two overrides below throw for all that is unknown; what is ignored is only that some pipes look at a value twice.
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema, errors }) => {
      if (valibotSchema.type === "custom") return ruleOf(valibotSchema);
      if (errors !== undefined) throw new UnpublishedRule(errors.join(", "));
      return undefined;
    },
    overrideAction: ({ valibotAction, jsonSchema, errors }) => {
      if (errors === undefined) return undefined;
      const rule = ruleOf(valibotAction);
      // One object may have several rules that JSON Schema cannot say.
      const description = [jsonSchema.description, rule.description].filter((text) => text !== undefined).join(" ");
      return { ...jsonSchema, ...rule, ...(description !== "" && { description }) };
    },
  });
}

/** A rule of this package, as `matching.ts` and `field-rule.ts` make it, or the bare check of a custom schema. */
function ruleOf(rule: object): JsonSchema {
  if ("pattern" in rule && rule.pattern instanceof RegExp) {
    return { type: "string", ...patternOf(rule.pattern.source), ...wordsOf(rule) };
  }
  const check = "requirement" in rule ? rule.requirement : "check" in rule ? rule.check : undefined;
  const published = RULES.get(check);
  if (published === undefined)
    throw new UnpublishedRule(typeof check === "function" ? check.toString() : String(check));
  const description = [wordsOf(rule).description, published.description].filter((text) => text !== undefined).join(" ");
  return { ...published, ...(description !== "" && { description }) };
}

function wordsOf(rule: object): { description?: string } {
  const words = "expected" in rule ? rule.expected : "message" in rule ? rule.message : undefined;
  return typeof words === "string" && words !== "object" ? { description: words } : {};
}

/**
 * A pattern as other languages can read it. Lengths become `maxLength`, which counts code points and has no limit in any engine;
 * look-behinds and Unicode properties are written out.
 */
function patternOf(source: string): JsonSchema {
  const text = /^(?<start>\(\?!\\s\))?\{1,(?<max>\d+)\}(?:\(\?<!\\s\))?\$$/;
  const found = text.exec(source.replace("^", "").replace(CHARACTER, ""));
  const max = found?.groups?.["max"];
  if (max === undefined || !source.includes(CHARACTER)) return { pattern: portable(source) };
  const isIdentifier = found?.groups?.["start"] !== undefined;
  const pattern = isIdentifier ? `^[^\\s${PORTABLE}](?:[^${PORTABLE}]*[^\\s${PORTABLE}])?$` : `^[^${PORTABLE}]*$`;
  return { minLength: 1, maxLength: Number(max), pattern };
}

function portable(source: string): string {
  if (/\\p\{|\(\?<[=!]/.test(source)) throw new UnpublishedRule(`/${source}/`);
  return source.replaceAll("\\d", "[0-9]");
}
