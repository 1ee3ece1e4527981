import { setTimeout as delay } from "node:timers/promises";
import { type Finding as FindingOf, verifyTrail } from "@doorbell/audit-trail/verify-trail";
import { auditedOrders } from "@doorbell/change-audit/audited-orders";
import type { AuditTables } from "./audit-tables.ts";
import { changeKey } from "./waiting-changes.ts";

/** Orders that are looked at again at most; where more are wrong, the rest waits for the next run. */
export const MAX_SUSPECTS = 10_000;
const CONCURRENCY = 16;

type Finding = FindingOf<"orderKey">;

/** What a run over both tables found. */
export interface Verification {
  readonly orders: number;
  readonly entries: number;
  readonly findings: readonly Finding[];
  /** False where it stopped after `MAX_SUSPECTS` orders in which something is wrong. */
  readonly complete: boolean;
}

/** How the tables are verified. */
export interface VerifyOptions {
  /** So long after the scan what is wrong is looked at again: a change needs a moment to reach its entry. */
  readonly graceMs: number;
  /** Those of the wanted changes (`changeKey`) that wait in the failures bucket. */
  readonly waiting: (wanted: ReadonlySet<string>) => Promise<ReadonlySet<string>>;
}

/**
 * Verifies every order of the orders table and every entry of the audit table, one scan of each. The pipeline may go on
 * meanwhile: what looks wrong in the scan is read again, consistently, and reported only if it still is. Holds a few pages of
 * the tables, and the ids of the orders in which something is wrong.
 */
export async function verifyTables(tables: AuditTables, options: VerifyOptions): Promise<Verification> {
  const suspects = new Set<string>();
  let orders = 0;
  let entries = 0;
  for await (const trails of tables.trails()) {
    for (const trail of trails) {
      entries += trail.entries.length;
      if (verifyTrail(trail, auditedOrders).length > 0) suspects.add(trail.orderKey);
    }
    if (suspects.size >= MAX_SUSPECTS) break;
  }
  for await (const page of tables.orders()) {
    orders += page.length;
    for (const { orderKey, isAudited } of page) if (!isAudited) suspects.add(orderKey);
    if (suspects.size >= MAX_SUSPECTS) break;
  }
  const complete = suspects.size < MAX_SUSPECTS;
  if (suspects.size === 0) return { orders, entries, findings: [], complete };

  await delay(options.graceMs);
  const confirmed = await lookAgain(tables, [...suspects].toSorted());
  return { orders, entries, findings: await tellLate(confirmed, options), complete };
}

async function lookAgain(tables: AuditTables, orderKeys: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let from = 0; from < orderKeys.length; from += CONCURRENCY) {
    const some = orderKeys.slice(from, from + CONCURRENCY);
    const looked = await Promise.all(
      some.map(async (orderKey) => verifyTrail(await tables.trail(orderKey), auditedOrders)),
    );
    findings.push(...looked.flat());
  }
  return findings;
}

/** Takes the changes that wait to be sent back out of what is missing. */
async function tellLate(findings: readonly Finding[], { waiting }: VerifyOptions): Promise<readonly Finding[]> {
  const isGap = ({ kind }: Finding) => kind === "missing" || kind === "tail cut";
  const wanted = findings
    .filter(isGap)
    .flatMap(({ orderKey, versions }) => versions.map((version) => changeKey(orderKey, version)));
  if (wanted.length === 0) return findings;
  const found = await waiting(new Set(wanted));
  return findings.flatMap((finding) => {
    if (!isGap(finding)) return [finding];
    const isLate = (version: number) => found.has(changeKey(finding.orderKey, version));
    const late = finding.versions.filter(isLate);
    const lost = finding.versions.filter((version) => !isLate(version));
    const says = "the change waits in the failures bucket; redriven, it fills its gap";
    return [
      ...(lost.length > 0 ? [{ ...finding, versions: lost }] : []),
      ...(late.length > 0 ? [{ ...finding, kind: "late" as const, versions: late, says }] : []),
    ];
  });
}
