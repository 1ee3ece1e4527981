import { BlockList, isIP } from "node:net";
import { refuse } from "./invalid-pattern.ts";
import type { LeafTest } from "./leaf.ts";

const EXPECTED = "an address and its mask bits, such as 10.0.0.0/24 or 2001:db8::/32";

/**
 * The operand of `cidr`: an IPv4 or IPv6 network. Matches addresses as text that lie in it.
 * @throws InvalidPattern
 */
export function cidrTest(operand: unknown, path: string): LeafTest {
  // AWS answers with the operator's name of another one.
  if (typeof operand !== "string") refuse(path, "prefix match pattern must be a string", EXPECTED);
  const [address = "", bits = "", ...more] = operand.split("/");
  if (bits === "" || more.length > 0) refuse(path, "Malformed CIDR, one '/' required", EXPECTED);
  if (!/^[+-]?\d+$/.test(bits)) refuse(path, "Malformed CIDR, mask bits must be an integer", EXPECTED);
  const maskBits = Number(bits);
  if (maskBits < 0) refuse(path, "Malformed CIDR, mask bits must not be negative", EXPECTED);
  const family = familyOf(address);
  if (family === undefined) refuse(path, `Nonstandard IP address: ${address}`, EXPECTED);
  if (family === "ipv4" && maskBits > 31) refuse(path, "IPv4 mask bits must be < 32", EXPECTED);
  if (maskBits > 127) refuse(path, "IPv6 mask bits must be < 128", EXPECTED);
  const network = new BlockList();
  network.addSubnet(address, maskBits, family);
  return (leaf) => {
    const given = typeof leaf === "string" ? familyOf(leaf) : undefined;
    return typeof leaf === "string" && given !== undefined && network.check(leaf, given);
  };
}

/** An address with a zone (`fe80::1%eth0`) is no plain address. */
function familyOf(text: string): "ipv4" | "ipv6" | undefined {
  if (text.includes("%")) return undefined;
  const version = isIP(text);
  return version === 4 ? "ipv4" : version === 6 ? "ipv6" : undefined;
}
