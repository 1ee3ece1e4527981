import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** What is open beside a view; Escape closes it. It takes the focus when it opens, and gives it back. */
export function Panel({
  title,
  close,
  children,
}: {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <aside
      class="panel"
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" class="plain" onClick={close} aria-label="Close">
          ×
        </button>
      </header>
      {children}
    </aside>
  );
}
