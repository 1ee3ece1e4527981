import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { answerJson, startFrontServer } from "@doorbell/local-cloud/endpoint/front-server";
import type { ConsolePorts } from "./console-ports.ts";
import { consoleRoutes, faultKinds } from "./console-routes.ts";
import { createFaultDial } from "./fault-dial.ts";
import { createHistory } from "./history/history.ts";
import { createEventFeed } from "./http/event-feed.ts";
import { createGuard, SECURITY_HEADERS } from "./http/guard.ts";
import { loadPage } from "./http/page-files.ts";
import { RequestError } from "./http/request-error.ts";
import { findRoute, type Routes } from "./http/routes.ts";
import { createFiguresLog } from "./picture/figures.ts";
import { pictureOf } from "./picture/picture.ts";
import type { Session } from "./protocol.ts";
import { createRedriveJobs } from "./redrive-jobs.ts";

export { PageMissing } from "./http/page-files.ts";

/** A console that is being served. */
export interface Console {
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
  /** Ends every connection and timer; a redrive ends with the failure that is under way. */
  stop(): Promise<void>;
}

/** Where the built page lies, beside `src` and in what is published. */
const PAGE = fileURLToPath(new URL("../dist/page/", import.meta.url));

/**
 * Serves the console of a running local cloud on a loopback port of its own; 0, the default, takes a free one. It watches the cloud from
 * then on, and must be stopped before the cloud is.
 *
 *     await using cloud = await startLocalCloud({ root });
 *     const { url } = await startConsole({ cloud, timeScale: 1, failures, stories, senders });
 *
 * @throws PageMissing, PortTaken
 */
export async function startConsole(
  ports: ConsolePorts,
  options: { readonly port?: number; readonly undoMs?: number } = {},
): Promise<Console> {
  const { cloud } = ports;
  const servePage = loadPage(PAGE);
  const boot = randomUUID();
  const guard = createGuard();
  const server = await startFrontServer(options.port ?? 0);
  const origins = [`http://127.0.0.1:${server.port}`, `http://localhost:${server.port}`];
  const history = createHistory();
  const feed = createEventFeed({ boot, history });
  const picture = pictureOf(cloud.graph);
  const figures = createFiguresLog({ cloud, picture, tell: (each) => feed.tell("figures", each) });
  const jobs = createRedriveJobs({
    failures: ports.failures,
    tell: (job) => feed.tell("redrive", job),
    ...(options.undoMs !== undefined && { undoMs: options.undoMs }),
  });
  const faults = createFaultDial(ports, (rates) => feed.tell("faults", rates));
  const unsubscribe = cloud.lambda.onInvocation((finished) => void history.add(finished));

  async function session(): Promise<Session> {
    const { graph } = cloud;
    const [samples, noun] = await Promise.all([ports.senders.samples(), ports.stories.noun()]);
    return {
      boot,
      token: guard.token,
      project: graph.app,
      stage: graph.stage,
      endpoint: cloud.endpoint,
      timeScale: ports.timeScale,
      picture,
      functions: graph.functions.map(({ name, component }) => ({ name, label: component })),
      buckets: graph.buckets.map(({ name, component }) => ({
        name,
        label: component,
        notifies: graph.notifications.some(({ bucket }) => bucket === name) || graph.bucketsOnBus.includes(name),
      })),
      queues: graph.queues.map(({ name, component, fifo }) => ({ name, label: component, fifo: fifo !== undefined })),
      samples,
      ...(noun !== undefined && { noun }),
      faults: faults.rates,
      faultKinds,
      figures: figures.kept,
      redrives: jobs.all,
      nextPlace: history.next,
    };
  }

  const routes: Routes = {
    "GET /api/session": session,
    "GET /api/feed": ({ request, response }) => feed.open(request, response),
    ...consoleRoutes({ ports, history, jobs, faults }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const { pathname, searchParams: query } = new URL(request.url ?? "/", origins[0]);
    const method = request.method ?? "GET";
    try {
      guard.check(request, origins);
      if ((method === "GET" || method === "HEAD") && servePage(request, response, pathname)) return;
      const { route, parts } = findRoute(routes, method, pathname);
      const gone = new AbortController();
      response.on("close", () => gone.abort());
      const value = await route({ request, response, query, parts, gone: gone.signal });
      if (value === undefined) return;
      response.setHeader("cache-control", "no-store");
      answerJson(response, 200, value);
    } catch (error) {
      const status = error instanceof RequestError ? error.status : 500;
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else answerJson(response, status, { message });
    }
  }
  server.serve(answer);
  await figures.take();
  return {
    url: `${server.origin}/`,
    async stop() {
      unsubscribe();
      figures.stop();
      await jobs.close();
      feed.stop();
      await server.stop();
    },
  };
}
