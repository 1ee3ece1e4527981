import { go, replace, route, VIEWS } from "./route.ts";

/** Keys that work wherever no text is being typed. */
export function followKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const view = VIEWS[Number(event.key) - 1];
    if (view !== undefined) return go(view);
    if (event.key === "/") {
      event.preventDefault();
      document.querySelector<HTMLInputElement>("[data-search]")?.focus();
    } else if (event.key === "?") document.querySelector<HTMLButtonElement>("[data-help]")?.click();
    else if (
      event.key === "Escape" &&
      route.value.open !== undefined &&
      route.value.view !== "story" &&
      route.value.view !== "send"
    )
      replace({ ...route.value, open: undefined });
    return undefined;
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, dialog *");
}
