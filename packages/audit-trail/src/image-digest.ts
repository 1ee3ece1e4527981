import { createHash } from "node:crypto";
import type { Image } from "@doorbell/aws-events/attribute-value";
import { imageText } from "./attribute-text.ts";

/** SHA-256, in hexadecimal, of an image's canonical text: equal for equal items, however they are written down. */
export function imageDigest(image: Image): string {
  return createHash("sha256").update(imageText(image)).digest("hex");
}
