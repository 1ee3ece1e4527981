import type { IncomingHttpHeaders } from "node:http";
import { LOCAL_CREDENTIALS } from "../local-region.ts";
import type { CompleteFaultPlan } from "./fault-plan.ts";
import type { SeededDecisions } from "./seeded-decisions.ts";

/** An execution environment as far as faults know it. */
export interface Sandbox {
  readonly functionName: string;
  /** `kill -9`. */
  kill(): void;
}

/** The execution environments that were started, told apart by their credentials. */
export interface Sandboxes {
  /** What marks the SDK calls of a new environment, and sets its clock. */
  enter(sandbox: Sandbox): Readonly<Record<string, string>>;
  /** Whose request this is; undefined for one from outside. */
  of(headers: IncomingHttpHeaders): Sandbox | undefined;
}

const KEY_PREFIX = "AKIADOORBELL";
const KEY = new RegExp(`Credential=(${KEY_PREFIX}\\d{8})/`);

/** The variable that `clock-skew.mjs` reads. */
const CLOCK_SKEW_VARIABLE = "DOORBELL_CLOCK_SKEW_MS";

/** Starts with none. An environment's own key never leaves this machine; the emulators take every key. */
export function createSandboxes(plan: () => CompleteFaultPlan, decisions: SeededDecisions): Sandboxes {
  const byKey = new Map<string, Sandbox>();
  const started = new Map<string, number>();
  return {
    enter(sandbox) {
      const { functionName } = sandbox;
      const accessKey = `${KEY_PREFIX}${String(byKey.size + 1).padStart(8, "0")}`;
      byKey.set(accessKey, sandbox);
      const count = started.get(functionName) ?? 0;
      started.set(functionName, count + 1);
      const skew = (2 * decisions.number("clockSkew", functionName, String(count)) - 1) * plan().clockSkewMs;
      return { AWS_ACCESS_KEY_ID: accessKey, [CLOCK_SKEW_VARIABLE]: String(Math.round(skew)) };
    },
    of: ({ authorization = "" }) => byKey.get(KEY.exec(authorization)?.[1] ?? ""),
  };
}

/** The `Authorization` header of an environment's call as one from outside, which is exempt from fault injection. */
export function asOutsider(authorization: string): string {
  return authorization.replace(KEY, `Credential=${LOCAL_CREDENTIALS.accessKeyId}/`);
}
