import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** What the package gives for its own ends: with these the Origin of requests is left out, and the browser ends with its first page. */
const LEFT_OUT = new Set([
  "--allow-running-insecure-content",
  "--disable-site-isolation-trials",
  "--disable-web-security",
  "--no-zygote",
  "--single-process",
]);

/** A real Chromium, of its own, from npm alone; on other systems than Linux on x64 an installed Chrome. The caller closes it. */
export async function startBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") return playwright.launch({ channel: "chrome" });
  const args = chromium.args.filter((each) => !LEFT_OUT.has(each));
  return playwright.launch({ executablePath: await chromium.executablePath(), args });
}
