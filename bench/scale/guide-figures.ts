import { readFileSync } from "node:fs";
import * as v from "valibot";
import { markdownTable, writeFigures } from "../guide.ts";

const serviceSchema = v.object({
  invocations: v.number(),
  billedMs: v.number(),
  gbSeconds: v.number(),
  calls: v.record(v.string(), v.number()),
  logGb: v.number(),
});
const billSchema = v.object({
  lambdaRequests: v.number(),
  lambdaDuration: v.number(),
  sqs: v.number(),
  dynamoDbWrites: v.number(),
  logs: v.number(),
  total: v.number(),
});
const costSchema = v.object({
  file: v.object({ orders: v.number(), linesPerOrder: v.number(), messageBytes: v.number() }),
  assumed: v.object({ callMs: v.number(), log: v.object({ sampleRate: v.number() }) }),
  sqsRequests: v.number(),
  variants: v.array(
    v.object({
      batchSize: v.number(),
      windowSeconds: v.number(),
      isDeployed: v.boolean(),
      perMillionOrders: v.object({
        uploadIngest: serviceSchema,
        orderQueue: serviceSchema,
        changeAudit: serviceSchema,
      }),
      writeUnits: v.object({ ordersTable: v.number(), auditTable: v.number() }),
      storedBytesPerOrder: v.number(),
      dollars: v.object({ asDeployed: billSchema, everythingLogged: billSchema }),
    }),
  ),
});
const scaleSchema = v.object({
  seed: v.number(),
  scenarios: v.array(
    v.object({
      name: v.string(),
      summary: v.object({
        settles: v.boolean(),
        peakBacklog: v.number(),
        peakAgeSeconds: v.number(),
        peakIteratorAgeSeconds: v.number(),
        orderQueueEnvironments: v.number(),
        changeAuditEnvironments: v.number(),
        p50Seconds: v.number(),
        p99Seconds: v.number(),
        throttledWrites: v.number(),
        drainedAfterSeconds: v.nullable(v.number()),
      }),
    }),
  ),
});

const GUIDE = new URL("../../docs/scale.md", import.meta.url);
const read = (url: URL) => readFileSync(url, "utf8");
const resultOf = <Schema extends v.GenericSchema>(file: string, schema: Schema) =>
  v.parse(schema, JSON.parse(read(new URL(`../results/${file}`, import.meta.url))));

/** docs/scale.md as it stands. */
export const scaleGuide = () => read(GUIDE);

/** Replaces the figures of docs/scale.md by those of `bench/results`. */
export const writeScaleGuide = () => writeFigures(GUIDE, scaleFigures());

const whole = (value: number) => Math.round(value).toLocaleString("en");
const dollars = (value: number) => value.toFixed(value < 0.1 ? 3 : 2);

/** What docs/scale.md shows of `bench/results/cost.json` and `scale.json`. */
export function scaleFigures(): string {
  const cost = resultOf("cost.json", costSchema);
  const { seed, scenarios } = resultOf("scale.json", scaleSchema);
  const deployed = cost.variants.find(({ isDeployed }) => isDeployed);
  if (deployed === undefined) throw new Error("The deployed batch was not measured: npm run bench:cost");
  const { uploadIngest, orderQueue, changeAudit } = deployed.perMillionOrders;
  const services = [
    ["upload-ingest", uploadIngest],
    ["order-queue", orderQueue],
    ["change-audit", changeAudit],
  ] as const;
  const batch = ({ batchSize, windowSeconds }: (typeof cost.variants)[number]) =>
    `${batchSize}, ${windowSeconds === 0 ? "no window" : `window ${windowSeconds} s`}`;
  const callsOf = (calls: Readonly<Record<string, number>>) => {
    const [name = "", count = 0] = Object.entries(calls).toSorted(([, a], [, b]) => b - a)[0] ?? [];
    return `${whole(count)} ${name}`;
  };
  return `
### A million orders

${markdownTable([
  ["", "invocations", "billed ms each", "GB-seconds", "calls, mostly", "GB of log"],
  ...services.map(([name, it]) => [
    name,
    whole(it.invocations),
    whole(it.billedMs),
    whole(it.gbSeconds),
    callsOf(it.calls),
    it.logGb.toFixed(3),
  ]),
])}

An order is ${deployed.writeUnits.ordersTable} write units in the orders table and ${deployed.writeUnits.auditTable} in the audit table, and ${whole(cost.sqsRequests)} requests of SQS a million.
${whole(deployed.storedBytesPerOrder)} bytes of it stay in the tables.

In dollars, by what is logged and how the orders queue is batched:

${markdownTable([
  ["batch", "logged", "Lambda requests", "Lambda duration", "SQS", "DynamoDB writes", "logs", "together"],
  ...cost.variants.flatMap((variant) =>
    (["asDeployed", "everythingLogged"] as const).map((log) => {
      const bill = variant.dollars[log];
      return [
        batch(variant) + (variant.isDeployed && log === "asDeployed" ? " (deployed)" : ""),
        log === "asDeployed" ? `${100 * cost.assumed.log.sampleRate} % of successes` : "everything",
        dollars(bill.lambdaRequests),
        dollars(bill.lambdaDuration),
        dollars(bill.sqs),
        dollars(bill.dynamoDbWrites),
        dollars(bill.logs),
        dollars(bill.total),
      ];
    }),
  ),
])}

Measured with ${whole(cost.file.orders)} orders of ${cost.file.linesPerOrder} lines, ${whole(cost.file.messageBytes)} bytes a message.

### Under load

${markdownTable([
  [
    "orders",
    "settles",
    "environments: orders / audit",
    "order written: p50 / p99",
    "oldest message / change",
    "most waiting",
    "throttled writes",
    "drained after",
  ],
  ...scenarios.map(({ name, summary: it }) => [
    name,
    it.settles ? "yes" : "no",
    `${it.orderQueueEnvironments} / ${it.changeAuditEnvironments}`,
    `${it.p50Seconds} / ${it.p99Seconds} s`,
    `${it.peakAgeSeconds} / ${it.peakIteratorAgeSeconds} s`,
    whole(it.peakBacklog),
    whole(it.throttledWrites),
    it.drainedAfterSeconds === null ? "not in time" : `${it.drainedAfterSeconds} s`,
  ]),
])}

Simulated with seed ${seed}; every call of a service is taken to last ${cost.assumed.callMs} ms in the median.

`;
}
