import { useState } from "preact/hooks";
import { count, laidOut } from "./format.ts";

const SHOWN_CHARACTERS = 100_000;

/** A text as it is, JSON laid out. Nothing in it can be more than text. */
export function TextBlock({ label, text }: { readonly label: string; readonly text: string }) {
  const [whole, showWhole] = useState(false);
  const full = laidOut(text);
  const shown = whole ? full : full.slice(0, SHOWN_CHARACTERS);
  return (
    <figure class="text-block">
      <figcaption>{label}</figcaption>
      <pre tabIndex={0} aria-label={label}>
        {shown}
      </pre>
      {shown.length < full.length && (
        <button type="button" onClick={() => showWhole(true)}>
          Show all {count(full.length)} characters
        </button>
      )}
    </figure>
  );
}
