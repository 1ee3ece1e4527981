import { names as audit } from "./audit.ts";
import { names as idempotency } from "./idempotency.ts";
import { names as orders } from "./orders.ts";
import { names as uploads } from "./uploads.ts";

/** What the house is made of, by the names that `doorbell env` gives on the local cloud. Each file of a service adds its own. */
export const names = {
  ...audit,
  ...idempotency,
  ...orders,
  ...uploads,
};

// On AWS names end in random letters, so a deployment publishes them for operators and their tools.
// oxlint-disable-next-line no-new -- making it is all there is to it
new aws.ssm.Parameter("Environment", {
  name: `/${$app.name}/${$app.stage}/environment`,
  description: "Names of the pipeline's buckets, queues and tables",
  type: "String",
  insecureValue: $jsonStringify(names), // no secret: a plan may show it
});
