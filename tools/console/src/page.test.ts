import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBrowser } from "../test/browser.ts";
import { fakePorts, type FakePorts } from "../test/fake-ports.ts";
import { openPage } from "../test/open-page.ts";
import { startConsole, type Console } from "./start-console.ts";

let browser: Browser;
let fake: FakePorts;
let served: Console;

beforeAll(async () => {
  fake = fakePorts();
  [browser, served] = await Promise.all([startBrowser(), startConsole(fake.ports, { undoMs: 1 })]);
});
afterAll(async () => {
  await browser.close();
  await served.stop();
});

it("shows the picture, then an invocation as it comes, and sends it again", async () => {
  const { page, complaints } = await openPage(browser, served.url);
  await page.getByRole("link", { name: /^queue Jobs 2 waiting · 1 in flight/ }).waitFor();
  await page.getByRole("link", { name: "Invocations", exact: true }).click();
  await page.getByText("No invocation yet").waitFor();
  fake.finish({ event: '{"door":"bell"}' });
  await page.getByRole("listbox").getByRole("option").click();
  await page.getByText('"door": "bell"').waitFor();
  await page.getByRole("button", { name: "Send again …" }).click();
  await page.getByRole("textbox", { name: "Event" }).fill('{"door":"knock"}');
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText(/^Answered/).waitFor();
  expect(fake.invoked).toEqual([{ name: "worker", event: '{"door":"knock"}', wait: true }]);
  expect(complaints).toEqual([]);
  await page.close();
});
