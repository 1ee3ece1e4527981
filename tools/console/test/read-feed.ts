/** An event of a feed. */
export interface FeedEvent {
  readonly name: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** A feed that is being read. */
export interface OpenFeed extends AsyncDisposable {
  /** The next event of this name that fits; those before it are passed over. */
  next(name: string, fits?: (data: Record<string, unknown>) => boolean): Promise<FeedEvent>;
}

/** Reads a console's feed as a browser does, from what it saw last. */
export async function readFeed(url: string, lastEventId?: string): Promise<OpenFeed> {
  const leaving = new AbortController();
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const response = await fetch(new URL("api/feed", url), { headers, signal: leaving.signal });
  const reader = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>())
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let text = "";
  return {
    async next(name, fits = () => true) {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end < 0) {
          const { value, done } = await reader.read();
          if (done) throw new Error(`The feed ended before ${name} came.`);
          text += value;
          continue;
        }
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split("\n")
            .map((line) => line.split(/: ?(.*)/s).slice(0, 2)),
        );
        text = text.slice(end + 2);
        if (fields["event"] !== name) continue;
        const data: Record<string, unknown> = JSON.parse(fields["data"] ?? "null");
        if (fits(data)) return { name, id: fields["id"] ?? "", data };
      }
    },
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await reader.cancel().catch(() => {});
    },
  };
}
