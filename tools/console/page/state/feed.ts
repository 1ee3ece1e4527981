import { batch } from "@preact/signals";
import type { FeedEvents, Session } from "../../src/protocol.ts";
import { ask } from "./api.ts";
import { addFigures, connection, enter, faults, putRedrive, session, tellInvocations } from "./store.ts";

/** The browser gives up where a server refuses, as one that just starts does. */
const TRY_AGAIN_MS = 1_000;

/**
 * Follows the server for as long as the page is open. The browser comes back by itself and says what it has seen, so nothing is missed;
 * after a new boot of the local cloud everything that was known is asked for anew.
 */
export function followServer(): void {
  const source = new EventSource("/api/feed");
  const on = <Name extends keyof FeedEvents>(name: Name, take: (data: FeedEvents[Name]) => void): void =>
    source.addEventListener(name, (event: MessageEvent<string>) => {
      const data: FeedEvents[Name] = JSON.parse(event.data);
      batch(() => take(data));
    });
  on("boot", ({ boot }) => void greet(boot));
  on("figures", addFigures);
  on("invocations", (rows) => tellInvocations(rows));
  on("missed", ({ count }) => tellInvocations([], count));
  on("redrive", putRedrive);
  on("faults", (rates) => (faults.value = rates));
  source.addEventListener("error", () => {
    connection.value = "lost";
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(followServer, TRY_AGAIN_MS);
  });
}

async function greet(boot: string): Promise<void> {
  if (session.value?.boot !== boot) {
    const isNew = session.value !== undefined;
    const next = await ask<Session>("/api/session");
    batch(() => enter(next));
    // What the lists hold is of another boot.
    if (isNew) tellInvocations([], Number.POSITIVE_INFINITY);
  }
  connection.value = "live";
}
