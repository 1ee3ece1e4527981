import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { convertToNative } from "@aws-sdk/util-dynamodb";
import type { Attributes } from "./store.ts";

/**
 * An item as JavaScript has it, or the name of the attribute for which it has nothing, such as 9007199254740993.5. The SDK's own error
 * quotes the value, which may be personal data; the attribute's name must do.
 */
export function nativeItem(
  item: Record<string, AttributeValue>,
): { readonly ok: true; readonly item: Attributes } | { readonly ok: false; readonly unreadable: string } {
  let reading = "";
  try {
    const attributes = Object.entries(item).map(([name, value]) => [(reading = name), convertToNative(value)]);
    return { ok: true, item: Object.fromEntries(attributes) };
  } catch {
    return { ok: false, unreadable: reading };
  }
}
