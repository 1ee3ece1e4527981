import type { MessageAttribute } from "../emulators/queues.ts";
import type { Parameters } from "./parameters.ts";
import { SnsError } from "./sns-error.ts";

const NAME_BYTES = 256;

const invalid = (message: string): SnsError => new SnsError(400, "ParameterValueInvalid", message);

/**
 * The attributes of a message (AWS: "Amazon SNS message attributes"; recorded messages). `path` is where they stand, for messages.
 * @throws SnsError
 */
export function readMessageAttributes(parameters: Parameters, path = ""): Record<string, MessageAttribute> {
  return Object.fromEntries(
    parameters.list("MessageAttributes.entry").map((entry) => {
      const name = checkedName(entry.get("Name") ?? "");
      return [name, readAttribute(name, entry, path)];
    }),
  );
}

function checkedName(name: string): string {
  if (name === "" || Buffer.byteLength(name) >= NAME_BYTES)
    throw invalid(`Length of message attribute name must be less than ${NAME_BYTES} bytes.`);
  const wrong = /[^\w.-]/u.exec(name)?.[0];
  if (wrong !== undefined) {
    const code = wrong.codePointAt(0)?.toString(16).toUpperCase() ?? "";
    throw invalid(
      `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  }
  if (name.startsWith(".")) throw invalid("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith(".")) throw invalid("Invalid message attribute name ending with character '.' was found.");
  if (name.includes("..")) throw invalid("Message attribute name can not have successive '.' character.");
  return name;
}

function readAttribute(name: string, entry: Parameters, path: string): MessageAttribute {
  const dataType = entry.get("Value.DataType");
  if (dataType === undefined)
    throw new SnsError(
      400,
      "ValidationError",
      `1 validation error detected: Value null at '${path}messageAttributes.${name}.member.dataType' failed to satisfy constraint: Member must not be null`,
    );
  const type = /^(String|Number|Binary)(\.|$)/.exec(dataType)?.[1];
  if (type === undefined)
    throw invalid(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const [stringValue, binaryValue] = [entry.get("Value.StringValue"), entry.get("Value.BinaryValue")];
  const [value, other] = type === "Binary" ? [binaryValue, stringValue] : [stringValue, binaryValue];
  if ((value ?? "") === "" && (other ?? "") !== "") {
    const field = type === "Binary" ? "Binary" : "String";
    throw invalid(`The message attribute '${name}' with type '${dataType}' must use field '${field}'.`);
  }
  if (value === undefined || value === "")
    throw invalid(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${dataType}'.`,
    );
  if (type === "Number" && !isNumber(value))
    throw invalid(`Could not cast message attribute '${name}' value to number.`);
  return type === "Binary" ? { dataType, binaryValue: value } : { dataType, stringValue: value };
}

const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));

/** What a message's attributes count for towards its size, in bytes: names, types and values. */
export function attributeBytes(attributes: Readonly<Record<string, MessageAttribute>>): number {
  return Object.entries(attributes)
    .map(([name, { dataType, stringValue = "", binaryValue = "" }]) => {
      const value = Buffer.byteLength(stringValue) + Buffer.byteLength(binaryValue, "base64");
      return Buffer.byteLength(name) + Buffer.byteLength(dataType) + value;
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}
