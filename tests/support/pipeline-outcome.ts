import type { Results } from "@doorbell/ops/demo/read-results";
import { tenThousandths } from "@doorbell/ops/demo/count-file";
import type { Traffic } from "./order-traffic.ts";

/**
 * Everything in which the pipeline's stores differ from what its clients sent, a sentence each: orders lost, doubled or changed,
 * versions with gaps, audit entries missing, surplus or not chained, lines not refused, anything left in a failure queue. Empty is
 * what DESIGN promises.
 */
export async function differences(results: Results, traffic: Traffic): Promise<string[]> {
  return [
    ...(await orderDifferences(results, traffic)),
    ...(await auditDifferences(results, traffic)),
    ...(await fileDifferences(results, traffic)),
    ...(await results.failures()).filter(({ count }) => count > 0).map(({ name, count }) => `${count} left in ${name}`),
  ];
}

async function orderDifferences(results: Results, traffic: Traffic): Promise<string[]> {
  const stored = await results.orders();
  const found: string[] = [...stored.keys()]
    .filter((id) => !traffic.orders.has(id))
    .map((id) => `${id} was never sent`);
  for (const [id, { total, cancelled }] of traffic.orders) {
    const order = stored.get(id);
    if (order === undefined) found.push(`${id} is lost`);
    else {
      const wanted = cancelled ? { status: "cancelled", version: 2 } : { status: "placed", version: 1 };
      if (order.status !== wanted.status) found.push(`${id} is ${order.status}, not ${wanted.status}`);
      if (order.version !== wanted.version) found.push(`${id} has version ${order.version}, not ${wanted.version}`);
      if (tenThousandths(order.placed.total) !== total) found.push(`${id} comes to ${order.placed.total}`);
    }
  }
  return found;
}

async function auditDifferences(results: Results, traffic: Traffic): Promise<string[]> {
  const entries = new Map((await results.auditEntries()).map((entry) => [`${entry.orderKey} ${entry.version}`, entry]));
  const wanted = [...traffic.orders].flatMap(([id, { cancelled }]) =>
    cancelled ? [`${id} 1`, `${id} 2`] : [`${id} 1`],
  );
  const found = wanted.filter((key) => !entries.has(key)).map((key) => `audit entry ${key} is missing`);
  const surplus = [...entries.keys()].filter((key) => !new Set(wanted).has(key));
  found.push(...surplus.map((key) => `audit entry ${key} is too many`));
  for (const [id, { cancelled }] of traffic.orders) {
    if (!cancelled) continue;
    const [first, second] = [entries.get(`${id} 1`), entries.get(`${id} 2`)];
    if (first && second && first["after"] !== second["before"]) found.push(`the audit chain of ${id} is broken`);
  }
  return found;
}

async function fileDifferences(results: Results, traffic: Traffic): Promise<string[]> {
  const found: string[] = [];
  for (const { key, body, badLines } of traffic.files) {
    const receipt = await results.receipt(key);
    const lines = body.split("\n").length - 1;
    const good = lines - badLines.length;
    const seen =
      receipt &&
      `${receipt.status}, ${receipt.lines} lines, ${receipt.orders} orders, ${receipt.rejectedLines} refused`;
    const wanted = `done, ${lines} lines, ${good} orders, ${badLines.length} refused`;
    if (seen !== wanted) found.push(`the receipt of ${key} says ${seen ?? "nothing"}, not ${wanted}`);
    const rejects = receipt?.rejectsKey === undefined ? [] : await results.rejects(receipt.rejectsKey);
    const refused = rejects.map(({ line }) => line).join(" ");
    if (refused !== badLines.join(" "))
      found.push(`of ${key} the lines ${refused} were refused, not ${badLines.join(" ")}`);
  }
  return found;
}
