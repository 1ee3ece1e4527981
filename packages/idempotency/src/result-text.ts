/** The longest result kept, in bytes of JSON. An item holds 400 KB, and each KB of it costs a write unit. */
export const MAX_RESULT_BYTES = 65_536;

/**
 * The JSON text of a result, or the empty text for none: `undefined`, what JSON cannot carry, and what is longer than
 * {@link MAX_RESULT_BYTES}. Such work is done all the same and is never run again for want of its result.
 */
export function resultText(result: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(result);
    return text === undefined || Buffer.byteLength(text) > MAX_RESULT_BYTES ? "" : text;
  } catch {
    return "";
  }
}
