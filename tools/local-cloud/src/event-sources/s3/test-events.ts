import { createHash, randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { NotificationDefinition } from "../../graph/graph.ts";

/**
 * `s3:TestEvent`s: S3 sends one to each queue and topic of a bucket's configuration when that is put (AWS:
 * notification-content-structure), none to functions. A boot with the configuration of the boot before puts nothing.
 */
export function createTestEvents(state: DatabaseSync): {
  send(notifications: readonly NotificationDefinition[], send: (targetArn: string, event: string) => void): void;
} {
  state.exec("CREATE TABLE IF NOT EXISTS bucket_notifications (bucket TEXT PRIMARY KEY, configuration TEXT NOT NULL)");
  const known = state.prepare("SELECT 1 FROM bucket_notifications WHERE bucket = ? AND configuration = ?");
  const put = state.prepare("INSERT OR REPLACE INTO bucket_notifications (bucket, configuration) VALUES (?, ?)");
  return {
    send(notifications, send) {
      for (const bucket of new Set(notifications.map((rule) => rule.bucket))) {
        const rules = notifications.filter((rule) => rule.bucket === bucket);
        const configuration = createHash("sha256").update(JSON.stringify(rules)).digest("hex");
        if (known.get(bucket, configuration) !== undefined) continue;
        const targets = new Set(rules.map(({ targetArn }) => targetArn));
        for (const targetArn of targets)
          if (!targetArn.startsWith("arn:aws:lambda:")) send(targetArn, testEvent(bucket));
        put.run(bucket, configuration);
      }
    },
  };
}

function testEvent(bucket: string): string {
  return JSON.stringify({
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: new Date().toISOString(),
    Bucket: bucket,
    RequestId: randomBytes(8).toString("hex").toUpperCase(),
    HostId: randomBytes(57).toString("base64"),
  });
}
