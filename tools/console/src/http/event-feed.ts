import type { IncomingMessage, ServerResponse } from "node:http";
import type { History } from "../history/history.ts";
import type { FeedEvents, InvocationRow } from "../protocol.ts";

/** Invocations go to the pages together, so often. */
const TELL_EVERY_MS = 250;
/** Of a page that was away, or too slow, so many invocations are told; of more it hears how many there were. */
export const MAX_CAUGHT_UP = 2_000;
/** Without a word for so long, proxies and browsers may take a connection for dead. */
const PING_EVERY_MS = 15_000;
/** A browser tries again after this. */
const RETRY_MS = 1_000;

/** Tells open pages what happens, as server-sent events. */
export interface EventFeed {
  /** Answers `GET /api/feed`; goes on until the page goes. */
  open(request: IncomingMessage, response: ServerResponse): void;
  tell<Name extends "figures" | "redrive" | "faults">(name: Name, data: FeedEvents[Name]): void;
  /** Pages that listen. */
  readonly pages: number;
  stop(): void;
}

interface Page {
  readonly response: ServerResponse;
  /** The first invocation that it has not been told of. */
  next: number;
  /** False until it has taken what was written. */
  ready: boolean;
}

/**
 * The id of each event is the place of the next invocation, so a page that comes back says with `Last-Event-ID` what it has seen, and
 * gets what it missed. A page that reads slowly holds nothing back and is held nothing for: it misses figures, and catches up on
 * invocations.
 */
export function createEventFeed({ boot, history }: { readonly boot: string; readonly history: History }): EventFeed {
  const pages = new Set<Page>();

  function write(page: Page, name: keyof FeedEvents, data: unknown): void {
    const text = `event: ${name}\nid: ${boot}.${page.next}\ndata: ${JSON.stringify(data)}\n\n`;
    if (!page.response.write(text)) page.ready = false;
  }

  function catchUp(page: Page): void {
    if (!page.ready || page.next >= history.next) return;
    const from = Math.max(page.next, history.next - MAX_CAUGHT_UP);
    const missed = from - page.next;
    const rows: readonly InvocationRow[] = history.since(from);
    page.next = history.next;
    if (missed > 0) write(page, "missed", { count: missed });
    write(page, "invocations", rows);
  }

  const telling = setInterval(() => {
    for (const page of pages) catchUp(page);
  }, TELL_EVERY_MS).unref();
  const pinging = setInterval(() => {
    for (const { response } of pages) response.write(": \n\n");
  }, PING_EVERY_MS).unref();

  return {
    get pages() {
      return pages.size;
    },
    open(request, response) {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      const [lastBoot, place] = String(request.headers["last-event-id"] ?? "").split(".");
      // Of another boot it has seen nothing.
      const seen = lastBoot === boot && /^\d+$/.test(place ?? "") ? Number(place) : history.next;
      const page: Page = { response, next: Math.min(seen, history.next), ready: true };
      response.write(`retry: ${RETRY_MS}\n\n`);
      write(page, "boot", { boot });
      pages.add(page);
      response.on("drain", () => (page.ready = true));
      response.on("close", () => pages.delete(page));
      catchUp(page);
    },
    tell(name, data) {
      for (const page of pages) if (page.ready || name !== "figures") write(page, name, data);
    },
    stop() {
      clearInterval(telling);
      clearInterval(pinging);
      for (const { response } of pages) response.end();
    },
  };
}
