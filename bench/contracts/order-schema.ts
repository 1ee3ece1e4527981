import { z } from "zod";

/**
 * The contract of `order.placed` as one would write it for the peer: the same fields, the same limits, the same rules. Its patterns are
 * the same, so that both do the same work.
 */
const CHARACTER = "[^\\p{Cc}\\p{Cs}\\p{NChar}]";
const text = (max: number) => z.string().regex(new RegExp(`^${CHARACTER}{1,${max}}$`, "u"));
const identifier = (max: number) => z.string().regex(new RegExp(`^(?!\\s)${CHARACTER}{1,${max}}(?<!\\s)$`, "u"));
const amount = z.string().regex(/^(?:0|[1-9]\d{0,14})(?:\.\d{1,4})?$/);
const signedAmount = z.string().regex(/^(?!-0(?:\.0+)?$)-?(?:0|[1-9]\d{0,14})(?:\.\d{1,4})?$/);
const units = (decimal: string) => {
  const [whole = "0", decimals = ""] = decimal.split(".");
  return BigInt(whole + decimals.padEnd(4, "0"));
};

const orderLine = z.object({
  productId: identifier(64),
  productName: text(512).optional(),
  category: text(128).optional(),
  subCategory: text(128).optional(),
  quantity: z.number().int().min(1).max(1_000_000_000),
  amount,
  discount: z.string().regex(/^(?:0(?:\.\d{1,4})?|1(?:\.0{1,4})?)$/).optional(),
  profit: signedAmount.optional(),
});

export const zodOrderPlaced = z
  .object({
    specversion: z.literal("1.0"),
    id: identifier(256),
    source: identifier(2048),
    type: z.literal("doorbell.order.placed.v1"),
    subject: identifier(64),
    time: z.iso.datetime({ offset: true }),
    datacontenttype: z.literal("application/json").optional(),
    dataschema: identifier(2048).optional(),
    correlationid: identifier(128).optional(),
    data: z
      .object({
        orderId: identifier(64),
        orderedOn: z.iso.date(),
        shippedOn: z.iso.date().optional(),
        shipMode: text(64).optional(),
        customer: z.object({ id: identifier(64), name: text(256), segment: text(64).optional() }),
        shipTo: z
          .object({
            country: text(128).optional(),
            city: text(128).optional(),
            state: text(128).optional(),
            postalCode: text(32).optional(),
            region: text(128).optional(),
          })
          .optional(),
        currency: z.string().regex(/^[A-Z]{3}$/),
        lines: z.array(orderLine).min(1).max(500),
        total: amount,
      })
      .refine(({ lines, total }) => lines.reduce((sum, line) => sum + units(line.amount), 0n) === units(total)),
  })
  .refine((event) => event.subject === event.data.orderId);
