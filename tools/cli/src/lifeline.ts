import { Socket } from "node:net";

/**
 * Ends this process when the launcher that started it is gone, even by `kill -9`: the launcher holds the other end of the pipe that
 * `DOORBELL_LIFELINE_FD` names. A command then gets SIGTERM and the time to clean up; after five seconds it ends all the same.
 */
export function followLifeline(environment: Readonly<Record<string, string | undefined>> = process.env): void {
  const descriptor = Number(environment["DOORBELL_LIFELINE_FD"]);
  if (!Number.isInteger(descriptor) || descriptor < 3) return;
  const lifeline = new Socket({ fd: descriptor, readable: true, writable: false });
  lifeline.unref();
  lifeline.resume();
  lifeline.on("error", () => {});
  lifeline.once("close", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), 5_000).unref();
  });
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; until then the process stays. A second SIGINT ends it at once. */
export function stopSignal(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let interrupts = 0;
  const stop = (name: NodeJS.Signals): void => {
    // The launcher's SIGTERM may overtake the SIGINT that it passes on: only a SIGINT counts as the first of two.
    if (name === "SIGINT") interrupts += 1;
    if (interrupts > 1) process.exit(130);
    controller.abort(name);
  };
  const names: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of names) process.off(name, stop);
      // The launcher passes Ctrl-C on as a SIGTERM, which may come when all has been stopped in order: it must not undo that.
      process.on("SIGTERM", () => {});
    },
  };
}
