import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@doorbell/cli/local/free-port";
import { startBrowser } from "@doorbell/console/test/browser";
import { openPage } from "@doorbell/console/test/open-page";
import { sampleOrderPlaced } from "@doorbell/event-contracts/testing";
import { badFile } from "@doorbell/ops/demo/bad-file";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type KillableCloud, startKillableCloud } from "./support/killable-cloud.ts";
import { root } from "./support/running-cloud.ts";

type Browser = Awaited<ReturnType<typeof startBrowser>>;
type Page = Awaited<ReturnType<typeof openPage>>["page"];

/** With this the pictures of the README are taken. */
const TAKES_PICTURES = process.env["DOORBELL_PICTURES"] === "1";
const PICTURES = join(root, "docs/images");
const BROKEN = "BROKEN-1";
/** Where the sender of a sample is no partner, its source is the partner. */
const MENDED = /shop\.example\/BROKEN-1|BROKEN-1/;

let folder: string;
let url: string;
let options: readonly string[];
let cloud: KillableCloud;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doorbell-console-"));
  const [port, consolePort] = [await freePort(0), await freePort(0)];
  url = `http://127.0.0.1:${consolePort}/`;
  options = ["--port", String(port), "--console-port", String(consolePort), "--time-scale", "0.05", "--no-watch"];
  cloud = startKillableCloud(join(folder, "state"), options);
  [browser] = await Promise.all([startBrowser(), cloud.up]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await cloud?.kill("all");
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Drops a file where files are dropped, as the mouse does. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  // A text, since what runs in the page has other types than what runs here.
  const made = `(() => {
    const data = new DataTransfer();
    data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}));
    return data;
  })()`;
  const dataTransfer = await page.evaluateHandle(made);
  await page.dispatchEvent(".drop", "dragover", { dataTransfer });
  await page.dispatchEvent(".drop", "drop", { dataTransfer });
}

async function take(page: Page, name: string): Promise<void> {
  if (!TAKES_PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

it("follows a file to its receipt and an order to its end, mends what was parked, and survives the local cloud", async () => {
  const { page, complaints } = await openPage(browser, `${url}#/send/file`, { colorScheme: "light" });
  await page.getByLabel("Prefix of the key").fill("acme/");
  await drop(page, "mistakes.csv", badFile.text);
  await page.getByText(/^done: .*2 orders sent, 6 lines refused$/).waitFor();
  await page.getByText("acme", { exact: true }).waitFor();

  await page.goto(`${url}#/story/${encodeURIComponent(`acme/${badFile.goodOrders[0]}`)}`);
  await page.getByRole("heading", { name: "Time line" }).waitFor();
  await page.getByText("version 1 was recorded in the audit trail").waitFor();
  await page.getByText("the order as it is stored").waitFor();
  await page.getByText("its audit entries").waitFor();
  await take(page, "console-story-light");

  await page.goto(`${url}#/send/message`);
  await page.getByLabel("Queue").selectOption({ label: "Orders" });
  await page.getByLabel("Body").fill(JSON.stringify(sampleOrderPlaced({ orderId: BROKEN, currency: "usd" })));
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText("Sent as").waitFor();
  await page.getByRole("link", { name: /Failures.*1/ }).click();
  await page.getByLabel("Search").fill(BROKEN.toLowerCase());
  await page.getByRole("link", { name: MENDED }).click();
  await page.getByRole("button", { name: "Mend …" }).click();
  const content = page.getByLabel("What is sent back in its place");
  await content.fill((await content.inputValue()).replace('"usd"', '"USD"'));
  await take(page, "console-mend-light");
  await page.getByRole("button", { name: "Redrive as mended" }).click();
  await page.getByText("to be sent back in").waitFor();
  await page.getByText("Redrive ended: 1 sent.").waitFor();
  await page.getByText("Nothing has failed for good.").or(page.getByText("No failure mentions that.")).waitFor();

  await page.goto(`${url}#/invocations?text=${BROKEN}`);
  await page.getByRole("listbox").getByRole("option").nth(1).waitFor();
  await take(page, "console-invocations-light");

  await cloud.kill("all");
  await page.getByText("the local cloud does not answer; trying again …").waitFor();
  cloud = startKillableCloud(join(folder, "state"), options);
  await cloud.up;
  await page.getByText("live", { exact: true }).waitFor();
  await page.goto(`${url}#/send/file`);
  await drop(page, "again.csv", badFile.text);
  await page.getByText(/^done: /).waitFor();
  // What a browser says of a server that is gone is no complaint about the page.
  expect(
    complaints.filter(
      (text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/.test(text),
    ),
  ).toEqual([]);
  await page.close();
});

it("shows the pipeline at work, in the light and in the dark", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, complaints } = await openPage(browser, `${url}#/send/file`, { colorScheme });
    const lines = Array.from({ length: 600 }, (_, index) =>
      badFile.text.split("\r\n")[1]?.replace("DEMO-GOOD-1", `ORDER-${colorScheme}-${index}`),
    );
    await drop(page, `${colorScheme}.csv`, [badFile.text.split("\r\n")[0], ...lines, ""].join("\r\n"));
    await page.goto(`${url}#/picture`);
    await page.getByRole("link", { name: /^function OrderQueue .*running/ }).waitFor();
    await take(page, `console-picture-${colorScheme}`);
    expect(complaints).toEqual([]);
    await page.close();
  }
});
