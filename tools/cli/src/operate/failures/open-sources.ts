import type { Environment } from "../../aws/environment.ts";
import type { DoorbellConfig } from "../../config.ts";
import { bucketFailures } from "./bucket-failures.ts";
import type { FailureSource } from "./failure.ts";
import { failurePlaces } from "./failure-places.ts";
import { queueFailures } from "./queue-failures.ts";

/** Every place of an environment where failures end, with what the project knows of each. */
export async function openSources(
  environment: Environment,
  config: Pick<DoorbellConfig, "failures">,
): Promise<FailureSource[]> {
  const hooks = (await config.failures?.(environment)) ?? {};
  return failurePlaces(environment.graph).map((place) =>
    (place.type === "queue" ? queueFailures : bucketFailures)(environment, place, hooks[place.component]),
  );
}
