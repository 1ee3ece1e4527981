import { escapeXml } from "../endpoint/escape-xml.ts";
import { S3Error, invalidArgument } from "./s3-error.ts";

/** Tags of one object, in the order in which they were given. */
export type ObjectTags = ReadonlyMap<string, string>;

const MAX_TAGS = 10;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
/** Letters, digits, spaces and `+ - = . _ : / @` of any language (AWS: "Categorizing your objects using tags"). */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const invalidTag = (message: string): S3Error => new S3Error(400, "InvalidTag", message);

/**
 * Tags from the header `x-amz-tagging`: pairs as in a query.
 * @throws S3Error
 */
export function readTagHeader(header: string): ObjectTags {
  let pairs: readonly (readonly [string, string])[];
  try {
    const decoded = (text: string) => decodeURIComponent(text.replaceAll("+", " "));
    pairs = header
      .split("&")
      .filter((pair) => pair !== "")
      .map((pair) => pair.split(/=(.*)/s, 2))
      .map(([key = "", value = ""]) => [decoded(key), decoded(value)]);
  } catch {
    throw invalidArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters.");
  }
  return checked(pairs);
}

/**
 * Tags from the body of PutObjectTagging.
 * @throws S3Error
 */
export function readTagDocument(xml: string): ObjectTags {
  const pairs: [string, string][] = [];
  // What is left when the parts that are known are taken away must be nothing.
  const rest = xml
    .replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, "")
    .replaceAll(/<Tag>([^]*?)<\/Tag>/g, (_tag, inner: string) => {
      const fields = new Map<string, string>();
      const left = inner.replaceAll(
        /<(Key|Value)>([^<]*)<\/\1>|<(Key|Value)\s*\/>/g,
        (_field, name?: string, text?: string, empty?: string) => {
          fields.set(name ?? empty ?? "", unescapeXml(text ?? ""));
          return "";
        },
      );
      pairs.push([fields.get("Key") ?? "", fields.get("Value") ?? ""]);
      return left.trim() === "" && fields.size === 2 ? "" : "?";
    });
  if (!/^\s*<Tagging(?:\s[^>]*)?>\s*(?:<TagSet\s*\/>|<TagSet>\s*<\/TagSet>)\s*<\/Tagging>\s*$/.test(rest))
    throw new S3Error(
      400,
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
    );
  return checked(pairs);
}

/** The body of GetObjectTagging's answer. */
export function tagDocument(tags: ObjectTags): string {
  const set = [...tags].map(
    ([key, value]) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${set.join("")}</TagSet></Tagging>`;
}

function checked(pairs: readonly (readonly [string, string])[]): ObjectTags {
  if (pairs.length > MAX_TAGS) throw new S3Error(400, "BadRequest", `Object tags cannot be greater than ${MAX_TAGS}`);
  for (const [key, value] of pairs) {
    if (key === "" || key.length > MAX_KEY_LENGTH || !ALLOWED.test(key))
      throw invalidTag("The TagKey you have provided is invalid");
    if (value.length > MAX_VALUE_LENGTH || !ALLOWED.test(value))
      throw invalidTag("The TagValue you have provided is invalid");
    if (key.startsWith("aws:")) throw invalidTag("System tags cannot be added/updated by requester");
  }
  const tags = new Map(pairs);
  if (tags.size < pairs.length) throw invalidTag("Cannot provide multiple Tags with the same key");
  return tags;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi,
    (entity, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? entity;
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : entity;
    },
  );
}
