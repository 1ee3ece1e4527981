import type { Browser, Page } from "playwright-core";

/** A page of the console, and what its browser complained of: nothing may. */
export interface OpenPage {
  readonly page: Page;
  /** Errors of scripts, and what the security policy blocked. */
  readonly complaints: string[];
}

/** Opens the console in a window of its own. Requests to anywhere else are complaints, too. */
export async function openPage(
  browser: Browser,
  url: string,
  options: { readonly colorScheme?: "light" | "dark"; readonly reducedMotion?: "reduce" } = {},
): Promise<OpenPage> {
  const complaints: string[] = [];
  const page = await browser.newPage({ locale: "en-US", viewport: { width: 1360, height: 820 }, ...options });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  await page.getByText("live", { exact: true }).waitFor();
  return { page, complaints };
}
