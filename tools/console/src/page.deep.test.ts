import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import { startBrowser } from "../test/browser.ts";
import { fakePorts, type FakePorts } from "../test/fake-ports.ts";
import { openPage } from "../test/open-page.ts";
import { startConsole, type Console } from "./start-console.ts";

/** Whatever a file may hold: each of these would be seen if it became more than text. */
const HOSTILE = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script><b id="hostile">\u0000\u202e{{7*7}}`;

let browser: Browser;
let fake: FakePorts;
let served: Console;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  fake = fakePorts();
  served = await startConsole(fake.ports, { undoMs: 1 });
});
afterEach(() => served.stop());

/** Something in every view. */
function fill(text: string): void {
  fake.failures.push({
    id: "failure-1",
    kind: text,
    place: text,
    what: text,
    reason: text,
    facts: { [text]: text },
    attempts: 3,
  });
  fake.lines.push({ order: 11, time: Date.now(), stream: "s", line: text });
  fake.finish({
    outcome: "failed",
    event: JSON.stringify({ text }),
    answer: JSON.stringify({ errorType: text, errorMessage: text }),
  });
  const tell = () =>
    Promise.resolve({
      summary: [text],
      steps: [
        { at: "2026-01-01T00:00:00.000Z", service: text, kind: "logged", says: text },
        { at: "2026-01-01T00:00:00.900Z", service: "worker", kind: "parked", says: text, requestId: "r-1" },
      ],
      records: [{ title: text, json: JSON.stringify({ text }) }],
    });
  Object.assign(fake.ports.stories, { tell });
}

/** Each view with something open in it. */
const VIEWS: readonly (readonly [string, (page: Page) => Promise<unknown>])[] = [
  [
    "picture/arn%3Aaws%3Asqs%3Aeu-central-2%3A000000000000%3Ajobs",
    (page) => page.getByRole("heading", { name: "Jobs, queue" }).waitFor(),
  ],
  ["invocations/0", (page) => page.getByRole("heading", { name: "Log lines" }).waitFor()],
  ["failures/failure-1", (page) => page.getByRole("button", { name: "Mend …" }).waitFor()],
  ["story/known", (page) => page.getByRole("heading", { name: "Time line" }).waitFor()],
  ["send/file", (page) => page.getByText("Drop files here").waitFor()],
  ["send/message", (page) => page.getByLabel("Body").waitFor()],
  ["send/event", (page) => page.getByLabel("Begin with a sample").waitFor()],
  ["faults", (page) => page.getByRole("slider").first().waitFor()],
];

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  it("axe finds nothing in any view", async () => {
    fill("a text");
    const { page, complaints } = await openPage(browser, served.url, { colorScheme });
    for (const [address, ready] of VIEWS) {
      await page.goto(`${served.url}#/${address}`);
      await ready(page);
      // By the debugger, past the page's own policy.
      const found: unknown = await page.evaluate(
        `${axe}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`,
      );
      expect(found, address).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });
});

it("markup in every field of a hostile file stands there as text", async () => {
  fill(HOSTILE);
  const { page, complaints } = await openPage(browser, served.url);
  for (const [address, ready] of VIEWS.slice(1, 4)) {
    await page.goto(`${served.url}#/${address}`);
    await ready(page);
    const text = await page.locator("body").textContent();
    expect(text, address).toContain('<img src=x onerror="document.title=');
    expect(await page.locator("#hostile, img, body script").count(), address).toBe(0);
  }
  expect(await page.title()).not.toContain("owned");
  expect(complaints).toEqual([]);
  await page.close();
});

it("is used with keys alone", async () => {
  for (let number = 0; number < 40; number += 1) fake.finish();
  const { page } = await openPage(browser, served.url, { reducedMotion: "reduce" });
  await page.keyboard.press("2");
  const list = page.getByRole("listbox");
  await list.getByRole("option").first().waitFor();
  await list.focus();
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("k");
  await expect
    .poll(() => page.getByRole("listbox").getByRole("option", { selected: true }).getAttribute("aria-posinset"))
    .toBe("2");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Invocation of worker" }).waitFor();
  await page.getByText('"number": 39').waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Invocation of worker" }).waitFor({ state: "detached" });
  expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("listbox");
  await page.keyboard.press("/");
  await page.keyboard.type("40");
  await page.keyboard.press("Enter");
  await page.getByText("1 shown").waitFor();
  await page.close();
});

it("holds 100,000 invocations with few rows in the page, and goes on while they come", async () => {
  for (let number = 0; number < 100_000; number += 1) fake.finish();
  const { page, complaints } = await openPage(browser, `${served.url}#/invocations`);
  const list = page.getByRole("listbox");
  await page.getByRole("listbox").getByRole("option").first().waitFor();
  for (let pages = 0; pages < 20; pages += 1) {
    await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
    await page.getByText(new RegExp(`^${((pages + 2) * 200).toLocaleString("en")} shown`)).waitFor();
  }
  expect(await page.getByRole("listbox").getByRole("option").count()).toBeLessThan(80);
  fake.finish();
  await page.getByRole("button", { name: "1 new invocation" }).waitFor();
  await list.evaluate((element) => (element.scrollTop = 0));
  await page.getByRole("button", { name: "1 new invocation" }).click();
  await page.getByRole("button", { name: "1 new invocation" }).waitFor({ state: "detached" });
  await page.getByRole("option").and(page.locator("[aria-posinset='1']")).click();
  await page.getByText('"number": 100001').waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

it("paints within a second, from nothing", async () => {
  const { page } = await openPage(browser, served.url);
  const painted = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  process.stdout.write(`first contentful paint after ${Math.round(painted ?? Number.NaN)} ms\n`);
  expect(painted).toBeDefined();
  await page.close();
});
