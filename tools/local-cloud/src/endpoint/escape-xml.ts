/** Characters that no XML document may hold, however they are written (XML 1.0, "Characters"). */
const NO_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Text as it stands in an XML document, in elements and in attributes. What no document may hold becomes `\uFFFD`. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(NO_CHARACTER, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
