import { describe, expect, test } from "vitest";
import local from "../graph.json" with { type: "json" };
import graph from "../graph.production.json" with { type: "json" };
import { alarmRules } from "./alarm-rules.ts";
import { type Edit, changed, rewritten, set, without } from "./careless-change.ts";
import { viewGraph } from "./graph-view.ts";
import { rules } from "./rules.ts";

const all = [...rules, ...alarmRules];

const keeps = "a stage either keeps its data for good, or can be removed without a trace";
const isProtected = "a permanent stage is protected, and no other is";
const failures = "a queue of failures rings at its first message";
const waits = "a queue that feeds a function rings when a message has waited for minutes";
const forgets = "a stream that feeds a function rings long before it forgets";
const retriesAll = "a service rings when everything that it is given is retried";
const retriesMuch = "a service rings when much of what it is given is retried";
const rejectsMuch = "a service rings when much of what it is given can never succeed";
const overdue = "a queue's service rings when what it is given is old";
const dropped = "a function rings when an asynchronous event is given up";
const lateEvent = "a function rings when an asynchronous event has waited for minutes";
const tables = "throttles of a table ring";
const silent = "production rings where no upload has come for a day";
const fails = "a function rings when it crashes again and again";
const throttled = "a function rings when it is throttled";
const timesOut = "a function rings before it reaches its timeout";
const undelivered = "a failure destination that takes nothing rings";
const givenUp = "a stream batch that is given up is counted, and rings";
const rejected = "rejected lines ring";
const parked = "a change that can never be handled rings";
const waiting = "cancellations that wait for their order ring, those whose order came do not";
const refused = "refused uploads are counted from the log, and ring";
const coded = "a metric filter matches the stable code of a line, not its prose";
const told = "every alarm tells somebody, and is silent where nothing happens, unless it is about that";
const shown = "the dashboard shows every alarm";

const mapping = "OrdersTableSubscriberChangeAuditEventSourceMapping";

/** A careless change to what a permanent stage has beyond the others, and the rules that have to notice it. */
const changes: readonly [change: string, edit: Edit, broken: readonly string[]][] = [
  ["a metric filter matches prose", set("RefusedUploads", { pattern: '"upload handled"' }), [coded]],
  [
    "a metric filter matches the message of a line",
    set("RefusedUploads", { pattern: '{ $.event = "upload.handled" && $.message = "upload handled" }' }),
    [coded],
  ],
  ["a table may be deleted", set("AuditTableTable", { deletionProtectionEnabled: false }), [keeps]],
  ["a bucket is emptied when it is removed", set("UploadsBucket", { forceDestroy: true }), [keeps]],
  ["the DLQ fills unseen", without("order-queue-given-up"), [failures]],
  ["failed uploads ring at the hundredth", set("upload-ingest-given-up", { threshold: 100 }), [failures]],
  ["an alarm rings at zero, for ever", set("order-queue-given-up", { threshold: 0 }), [failures]],
  [
    "an alarm rings below instead of above",
    set("order-queue-late", { comparisonOperator: "LessThanThreshold" }),
    [waits],
  ],
  ["orders may wait for a day", set("order-queue-late", { threshold: 86_400 }), [waits]],
  ["an alarm needs a day of it", set("order-queue-late", { evaluationPeriods: 288 }), [waits]],
  ["changes may wait until the stream forgets them", set("change-audit-late", { threshold: 86_400_000 }), [forgets]],
  ["an outage of order-queue stays unseen", without("order-queue-failing"), [retriesAll]],
  [
    "an outage is looked for in Lambda's errors",
    rewritten("order-queue-failing", "metricQueries", (json) => json.replaceAll("Retried", "Errors")),
    [retriesAll],
  ],
  [
    "one failure in ten thousand is called an outage",
    set("change-audit-failing", { threshold: 0.0001 }),
    [retriesAll, retriesMuch],
  ],
  ["failures of a part stay unseen", without("upload-ingest-retrying"), [retriesMuch]],
  ["rejects stay unseen", without("order-queue-rejected"), [rejectsMuch]],
  ["messages that fail again and again stay unseen", without("order-queue-overdue"), [overdue]],
  ["events that Lambda gave up stay unseen", without("upload-ingest-dropped"), [dropped]],
  ["events that Lambda cannot run stay unseen", without("upload-ingest-late"), [lateEvent]],
  ["throttles of the audit table stay unseen", without("change-audit-tables-throttled"), [tables]],
  [
    "a table is left out",
    rewritten("upload-ingest-tables-throttled", "metricQueries", (json) => json.replace("FILL(written0, 0) + ", "")),
    [tables],
  ],
  ["nobody notices that partners send nothing", without("upload-ingest-silent"), [silent]],
  ["silence is called no news", set("upload-ingest-silent", { treatMissingData: "notBreaching" }), [silent]],
  ["errors of order-queue stay unseen", without("order-queue-errors"), [fails]],
  [
    "errors of another function are watched",
    set("order-queue-errors", { dimensions: { FunctionName: "doorbell-production-change-audit" } }),
    [fails],
  ],
  ["throttles stay unseen", without("change-audit-throttled"), [throttled]],
  ["an alarm comes after the timeout", set("change-audit-slow", { threshold: 60_000 }), [timesOut]],
  ["a timeout is raised and its alarm forgotten", set("ChangeAuditFunction", { timeout: 900 }), [timesOut]],
  ["a lost failure stays unseen", without("change-audit-undelivered"), [undelivered]],
  ["given up batches are not counted", set(mapping, { metricsConfig: undefined }), [givenUp]],
  ["given up batches stay unseen", without("change-audit-given-up"), [givenUp]],
  ["rejected lines stay unseen", without("upload-ingest-lines-rejected"), [rejected]],
  [
    "parked changes of a function that does not exist are watched",
    set("change-audit-parked", { dimensions: { service: "change-audit", function: "change-audit" } }),
    [parked],
  ],
  [
    "cancellations whose order came ring, too",
    rewritten("order-queue-cancellations-waiting", "metricQueries", (json) =>
      json.replace("CancellationsMatched", "Records"),
    ),
    [waiting],
  ],
  ["waiting cancellations stay unseen", without("order-queue-cancellations-waiting"), [waiting]],
  ["refused uploads are not counted", without("RefusedUploads"), [refused]],
  [
    "another log is counted",
    set("RefusedUploads", { logGroupName: "/aws/lambda/doorbell-production-other" }),
    [refused],
  ],
  ["refused uploads stay unseen", without("upload-ingest-uploads-refused"), [refused]],
  ["nobody is told", set("order-queue-late", { alarmActions: [] }), [told]],
  ["a topic that is gone is told", without("Alarms"), [told]],
  ["alarms are switched off", set("change-audit-late", { actionsEnabled: false }), [told]],
  ["an idle queue rings", set("order-queue-late", { treatMissingData: "breaching" }), [told]],
  [
    "the dashboard misses an alarm",
    rewritten("Dashboard", "dashboardBody", (json) => json.replace("-change-audit-late", "-change-audit")),
    [shown],
  ],
];

describe("infra/graph.production.json", () => {
  test.each(all.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
    expect(rule.violations(viewGraph(graph))).toEqual([]);
  });
});

describe("a careless change to a permanent stage is noticed", () => {
  const noticedIn = (json: unknown) =>
    all
      .filter((rule) => rule.violations(viewGraph(json)).length > 0)
      .map(({ name }) => name)
      .toSorted();

  test.each(changes)("%s", (_, edit, broken) => {
    expect(noticedIn(changed(graph, edit))).toEqual(broken.toSorted());
  });

  test("sst remove is let through", () => {
    expect(noticedIn({ ...graph, protect: false })).toEqual([keeps, isProtected].toSorted());
  });

  test("data goes when it leaves the configuration", () => {
    expect(noticedIn({ ...graph, removal: "remove" })).toEqual([keeps]);
    const unretained = graph.resources.map(({ type, name, inputs }) => ({ type, name, inputs }));
    expect(noticedIn({ ...graph, resources: unretained })).toEqual([keeps]);
  });

  test("the stage of the local cloud is protected", () => {
    expect(noticedIn({ ...local, protect: true })).toEqual(expect.arrayContaining([keeps, isProtected]));
  });

  test("every rule about alarms can be broken", () => {
    const broken = new Set(changes.flatMap(([, , names]) => names));
    expect(alarmRules.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });
});
