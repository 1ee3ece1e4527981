import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** What the package gives for scraping: such a browser would leave out what is to be tested, as the Origin of requests. */
const UNSAFE = new Set([
  "--disable-web-security",
  "--disable-site-isolation-trials",
  "--allow-running-insecure-content",
]);

/** A real Chromium, of its own, from npm alone; on other systems than Linux on x64 an installed Chrome. The caller closes it. */
export async function startBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") return playwright.launch({ channel: "chrome" });
  const args = chromium.args.filter((each) => !UNSAFE.has(each));
  return playwright.launch({ executablePath: await chromium.executablePath(), args });
}
