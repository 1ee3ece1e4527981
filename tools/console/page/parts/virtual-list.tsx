import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

/** A list of any length of which only what is in sight is there. Arrow keys move in it, Enter opens. */
export function VirtualList({
  label,
  length,
  rowHeight,
  selected,
  select,
  openRow,
  row,
  keyOf,
  nearEnd,
  scrolled,
}: {
  readonly label: string;
  readonly length: number;
  readonly rowHeight: number;
  readonly selected: number;
  readonly select: (index: number) => void;
  readonly openRow: (index: number) => void;
  readonly row: (index: number) => ComponentChildren;
  readonly keyOf: (index: number) => string | number;
  /** Called when the last rows come into sight. */
  readonly nearEnd: () => void;
  /** Told whether the list is at its top. */
  readonly scrolled: (atTop: boolean) => void;
}) {
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0);
  const scroller = useRef<HTMLDivElement>(null);
  // Keys may come faster than the page draws: the next one counts from where the last one led.
  const at = useRef(selected);
  at.current = selected;
  const options = {
    count: length,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: keyOf,
    getScrollElement: () => scroller.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => draw(undefined),
  };
  const [list] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options));
  list.setOptions(options);
  // oxlint-disable-next-line no-underscore-dangle -- what the library's own adapters call
  useLayoutEffect(() => list._didMount(), []);
  // oxlint-disable-next-line no-underscore-dangle -- what the library's own adapters call
  useLayoutEffect(() => list._willUpdate());
  const items = list.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (length > 0 && last >= length - 20) nearEnd();
  }, [last, length]);

  function move(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 15,
      PageUp: -15,
      j: 1,
      k: -1,
    };
    const step = steps[event.key];
    const to =
      event.key === "Home" ? 0 : event.key === "End" ? length - 1 : step === undefined ? undefined : at.current + step;
    if (event.key === "Enter" && at.current >= 0) return openRow(at.current);
    if (to === undefined || length === 0) return;
    event.preventDefault();
    const next = Math.min(Math.max(to, 0), length - 1);
    at.current = next;
    select(next);
    list.scrollToIndex(next);
  }

  return (
    <div
      class="virtual-list"
      ref={scroller}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={items.some(({ index }) => index === selected) ? `row-${selected}` : undefined}
      onKeyDown={move}
      onScroll={(event) => scrolled(event.currentTarget.scrollTop < rowHeight)}
    >
      <div class="virtual-rows" role="presentation" style={{ height: `${list.getTotalSize()}px` }}>
        {items.map(({ index, key, start }) => (
          <div
            key={key}
            id={`row-${index}`}
            class="virtual-row"
            role="option"
            aria-selected={index === selected}
            aria-setsize={length}
            aria-posinset={index + 1}
            style={{ height: `${rowHeight}px`, transform: `translateY(${start}px)` }}
            onClick={() => {
              select(index);
              openRow(index);
            }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
