import type { RefObject } from "preact";

const KEYS: readonly (readonly [string, string])[] = [
  ["1 … 6", "the views, from left to right"],
  ["/", "search"],
  ["↓ ↑ or j k, Page, Home, End", "move in the list of invocations"],
  ["Enter", "open"],
  ["Esc", "close"],
  ["?", "this help"],
];

/** Which keys do what. */
export function HelpDialog({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl class="facts">
        {KEYS.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
