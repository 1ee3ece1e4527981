import { signal } from "@preact/signals";

export const VIEWS = ["picture", "invocations", "failures", "story", "send", "faults"] as const;
export type View = (typeof VIEWS)[number];

/** Where the page is: a view, what is open in it, and what it is narrowed to. Kept in the address, so that a reload and Back keep it. */
export interface Route {
  readonly view: View;
  /** What is open: a node, an invocation's place, a failure's id, the id of a story. */
  readonly open: string | undefined;
  readonly query: Readonly<Record<string, string>>;
}

export const route = signal<Route>(read());

/** The address of a place in the page. */
export function hrefOf(view: View, open?: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "")).toString();
  const path = open === undefined ? view : `${view}/${encodeURIComponent(open)}`;
  return `#/${path}${search === "" ? "" : `?${search}`}`;
}

/** Goes there. */
export function go(view: View, open?: string, query?: Readonly<Record<string, string>>): void {
  location.hash = hrefOf(view, open, query);
}

/** Narrows the view, or closes what is open, without a step of its own for Back. */
export function replace(next: Route): void {
  history.replaceState(null, "", hrefOf(next.view, next.open, next.query));
  route.value = next;
}

function read(): Route {
  const [path = "", search = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const [name = "", open] = path.split("/", 2);
  const view = VIEWS.find((each) => each === name) ?? "picture";
  return {
    view,
    open: open === undefined || open === "" ? undefined : decoded(open),
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // Somebody typed it.
  }
}

/** Follows the address. */
export function followAddress(): void {
  addEventListener("hashchange", () => (route.value = read()));
}
