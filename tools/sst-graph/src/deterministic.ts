import { createHash } from "node:crypto";

/** `length` bytes that look random, always the same for `seed`. They protect nothing. */
export function bytes(seed: string, length: number): Buffer {
  if (length === 0) return Buffer.alloc(0);
  return createHash("shake256", { outputLength: length }).update(seed).digest();
}

const LOWER_ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789";

/** `length` characters of `alphabet` that look random, always the same for `seed`. They protect nothing. */
export function characters(seed: string, length: number, alphabet = LOWER_ALPHANUMERIC): string {
  return Array.from(bytes(seed, length), (byte) => alphabet[byte % alphabet.length]).join("");
}

/** A UUID of version 4 in form, always the same for `seed`. */
export function uuid(seed: string): string {
  const hex = bytes(seed, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
