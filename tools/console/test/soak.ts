// Has a console's server side take `ROWS` invocations with events of about 4 KB while a page listens, looks and searches; prints by how
// much its memory grew at most. In a process of its own, so that it is its own memory.
import { setImmediate as turn } from "node:timers/promises";
import { startConsole } from "../src/start-console.ts";
import { fakePorts } from "./fake-ports.ts";
import { noise } from "./noise.ts";
import { readFeed } from "./read-feed.ts";

const rows = Number(process.argv[2]);
const fake = fakePorts();
const served = await startConsole(fake.ports);
const feed = await readFeed(served.url);
/** As events are: some of it always the same, some of it of this one alone. */
const pieces = Array.from({ length: 64 }, (_, seed) => noise(400, seed));
const rssMb = (): number => process.memoryUsage.rss() / 1024 / 1024;
const startMb = rssMb();
let peakMb = 0;
let told = 0;
const listening = (async () => {
  for (;;) told += Object.keys((await feed.next("invocations")).data).length;
})().catch(() => {});
for (let number = 0; number < rows; number += 1) {
  const [one, two] = [pieces[number % 64], pieces[(number * 7) % 61]];
  const records = Array.from({ length: 10 }, (_, at) => ({
    messageId: `${number}-${at}`,
    body: `${one?.slice(at)}${at}`,
    eventSource: "aws:sqs",
  }));
  fake.finish({
    requestId: `request-${number}-${two?.slice(0, 22)}`,
    event: JSON.stringify({ Records: records }),
    log: { stream: `stream-${number % 40}`, from: number, to: number + 5 },
  });
  if (number % 200 === 0) await turn();
  if (number % 10_000 === 0) peakMb = Math.max(peakMb, rssMb());
  if (number % 100_000 === 50_000) await (await fetch(`${served.url}api/invocations?text=${number}-3&limit=50`)).text();
}
const page: { rows: { place: number }[] } = JSON.parse(
  await (await fetch(`${served.url}api/invocations?limit=1`)).text(),
);
peakMb = Math.max(peakMb, rssMb());
await feed[Symbol.asyncDispose]();
await listening;
await served.stop();
process.stdout.write(`${JSON.stringify({ grownMb: Math.round(peakMb - startMb), last: page.rows[0]?.place, told })}\n`);
