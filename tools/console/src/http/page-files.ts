import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { IncomingMessage, ServerResponse } from "node:http";

/** The page was not built. */
export class PageMissing extends Error {
  override readonly name = "PageMissing";
  readonly code = "PAGE_MISSING";
  readonly folder: string;

  constructor(folder: string, options?: ErrorOptions) {
    super(
      `The console's page is not built: there is no index.html in ${folder}. In a clone "npm run setup" builds it.`,
      options,
    );
    this.folder = folder;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly zipped: Buffer;
  readonly eTag: string;
  /** Whether its name changes with its content. */
  readonly hashed: boolean;
}

/** Answers a request for a file of the page; false where there is none of that name. */
export type ServePage = (request: IncomingMessage, response: ServerResponse, pathname: string) => boolean;

/**
 * Holds the files of a built page in memory, so that no name in a request ever reaches the disk.
 * @throws PageMissing
 */
export function loadPage(folder: string): ServePage {
  const files = new Map(
    namesIn(folder).map((name): [string, PageFile] => {
      const body = readFileSync(join(folder, name));
      const path = `/${name.replaceAll("\\", "/")}`;
      return [
        path === "/index.html" ? "/" : path,
        {
          type: TYPES[extname(name)] ?? "application/octet-stream",
          body,
          zipped: gzipSync(body),
          eTag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
          hashed: path.startsWith("/assets/"),
        },
      ];
    }),
  );
  return (request, response, pathname) => {
    const file = files.get(pathname);
    if (file === undefined) return false;
    const headers = {
      "content-type": file.type,
      etag: file.eTag,
      vary: "accept-encoding",
      "cache-control": file.hashed ? "public, max-age=31536000, immutable" : "no-cache",
    };
    if (request.headers["if-none-match"] === file.eTag) {
      response.writeHead(304, headers).end();
      return true;
    }
    const zips = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    response.writeHead(200, { ...headers, ...(zips && { "content-encoding": "gzip" }) });
    response.end(request.method === "HEAD" ? undefined : zips ? file.zipped : file.body);
    return true;
  };
}

function namesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => extname(name) in TYPES);
    if (entries.includes("index.html")) return entries;
  } catch (cause) {
    throw new PageMissing(folder, { cause });
  }
  throw new PageMissing(folder);
}
