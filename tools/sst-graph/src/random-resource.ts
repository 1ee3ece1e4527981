import { bytes, characters, uuid } from "./deterministic.ts";
import type { Created, Registration } from "./registration.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/**
 * What Pulumi's provider `random` draws, here always the same for the same resource, so that the same configuration gives the same
 * graph; undefined for a type that it does not know. The values protect nothing.
 */
export function randomResource({ type, name, inputs }: Registration): Created | undefined {
  const made = (id: string, attributes: object): Created => ({ id, state: { ...inputs, ...attributes } });
  const length = (property: string) => Number(inputs[property] ?? 0);

  switch (type) {
    case "random:index/randomBytes:RandomBytes": {
      const drawn = bytes(name, length("length"));
      return made(name, { base64: drawn.toString("base64"), hex: drawn.toString("hex") });
    }
    case "random:index/randomId:RandomId": {
      const drawn = bytes(name, length("byteLength"));
      const prefix = text(inputs["prefix"]);
      const hex = drawn.toString("hex");
      const b64Url = drawn.toString("base64url");
      return made(b64Url, {
        hex: `${prefix}${hex}`,
        dec: `${prefix}${BigInt(`0x${hex || "0"}`)}`,
        b64Std: `${prefix}${drawn.toString("base64")}`,
        b64Url: `${prefix}${b64Url}`,
      });
    }
    case "random:index/randomPassword:RandomPassword": {
      const result = characters(name, length("length"), alphabet(inputs));
      return made("none", { result, bcryptHash: `(no hash of ${name})` });
    }
    case "random:index/randomString:RandomString": {
      const result = characters(name, length("length"), alphabet(inputs));
      return made(result, { result });
    }
    case "random:index/randomUuid:RandomUuid":
      return made(uuid(name), { result: uuid(name) });
    case "random:index/randomInteger:RandomInteger": {
      const [least, most] = [length("min"), length("max")];
      const result = least + (bytes(name, 6).readUIntBE(0, 6) % (most - least + 1));
      return made(String(result), { result });
    }
    case "random:index/randomPet:RandomPet": {
      const result = `${inputs["prefix"] === undefined ? "" : `${text(inputs["prefix"])}-`}${characters(name, 8, LOWER)}`;
      return made(result, {});
    }
    case "random:index/randomShuffle:RandomShuffle": {
      const given = Array.isArray(inputs["inputs"]) ? inputs["inputs"] : [];
      return made("none", { results: given.slice(0, Number(inputs["resultCount"] ?? given.length)) });
    }
    default:
      return undefined;
  }
}

/** The characters that a password or string may have; each kind counts unless it is switched off. */
function alphabet(inputs: Registration["inputs"]): string {
  const on = (property: string) => inputs[property] !== false;
  const special = text(inputs["overrideSpecial"]) || SPECIAL;
  const letters = [
    on("lower") ? LOWER : "",
    on("upper") ? LOWER.toUpperCase() : "",
    on("numeric") && on("number") ? NUMERIC : "",
    on("special") ? special : "",
  ].join("");
  return letters || LOWER;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
