import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a request may be answered: it names this endpoint as its host, and no foreign web page sent it. A page that reaches
 * 127.0.0.1 by rebinding a DNS name still says its own name in `Host`; one that posts across origins says so in `Origin` or
 * `Sec-Fetch-Site`.
 */
export function isOwnRequest(headers: IncomingHttpHeaders, port: number): boolean {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? "")) return false;
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`)) return false;
  const site = headers["sec-fetch-site"];
  return site === undefined || site === "same-origin" || site === "none";
}
