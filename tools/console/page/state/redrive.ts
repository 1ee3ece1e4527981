import type { RedriveJob } from "../../src/protocol.ts";
import { change } from "./api.ts";
import { putRedrive } from "./store.ts";

/** Asks for a redrive. */
export async function redrive(ids: readonly string[], edited?: string): Promise<void> {
  putRedrive(await change<RedriveJob>("POST", "/api/redrives", { ids, ...(edited !== undefined && { edited }) }));
}
