import type { AttributeValue, Image } from "@doorbell/aws-events/attribute-value";
import * as fc from "fast-check";

const name = fc.oneof(fc.constantFrom("a", "b", "a/b", "~1", "0", "__proto__", ""), fc.string({ maxLength: 4 }));
const number = fc
  .tuple(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), fc.integer({ min: -20, max: 20 }))
  .map(([digits, exponent]) => `${digits}e${exponent}`);
const bytes = fc.uint8Array({ maxLength: 5 });

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.string({ unit: "binary", maxLength: 5 }).map((S) => ({ S })),
    number.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.uniqueArray(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
    fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 3 }).map((NS) => ({ NS: NS.map(String) })),
    fc.array(bytes, { minLength: 1, maxLength: 3 }).map((BS) => ({ BS })),
    fc.array(tie("value"), { maxLength: 3 }).map((L) => ({ L })),
    fields(tie("value")).map((M) => ({ M })),
  ),
}));

function fields(of: fc.Arbitrary<AttributeValue>): fc.Arbitrary<Image> {
  return fc.array(fc.tuple(name, of), { maxLength: 4 }).map((entries) => Object.fromEntries(entries));
}

/** Any item, of every type that DynamoDB has, with few enough names that two items often share some. */
export const anyImage: fc.Arbitrary<Image> = fields(value).map((image) => ({ id: { S: "o-1" }, ...image }));

/** Any item and another that differs from it in some places, or nowhere. */
export const twoImages: fc.Arbitrary<readonly [Image, Image]> = fc
  .tuple(anyImage, anyImage, fc.integer({ min: 0, max: 3 }))
  .map(([a, b, mix]) =>
    mix === 0 ? [a, b] : mix === 1 ? [a, { ...a, ...b }] : mix === 2 ? [a, nested(a, b)] : [a, a],
  );

function nested(a: Image, b: Image): Image {
  return { ...a, part: { M: { ...a, ...b } }, list: { L: [{ M: a }, { M: b }] } };
}
