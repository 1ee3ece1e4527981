import type { IncomingHttpHeaders } from "node:http";

const hostsAt = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

/** Whether a request names this endpoint as its host. A page that reaches 127.0.0.1 by rebinding a DNS name says its own name. */
export function isOwnHost(headers: IncomingHttpHeaders, port: number): boolean {
  return hostsAt(port).includes(headers.host ?? "");
}

/** Whether a web page of another origin sent a request: it says so in `Origin` or `Sec-Fetch-Site`. */
export function isForeignPage(headers: IncomingHttpHeaders, port: number): boolean {
  if (headers.origin !== undefined && !hostsAt(port).some((host) => headers.origin === `http://${host}`)) return true;
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "same-origin" && site !== "none";
}

/** Whether a request may be answered: it names this endpoint as its host, and no foreign web page sent it. */
export function isOwnRequest(headers: IncomingHttpHeaders, port: number): boolean {
  return isOwnHost(headers, port) && !isForeignPage(headers, port);
}
