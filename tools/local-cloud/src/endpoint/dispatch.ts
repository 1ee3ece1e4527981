import { MAPPINGS_PATH } from "../event-sources/mapping-api/mapping-api.ts";
import { refuseService } from "./refuse-service.ts";
import { routeOf } from "./route.ts";
import type { Handler } from "./front-server.ts";

/** Who answers for what. */
export interface Services {
  readonly admin: Handler;
  readonly lambda: Handler;
  /** The part of Lambda's API that is about event source mappings. */
  readonly mappings: Handler;
  readonly dynamodb: Handler;
  /** CloudWatch Logs. */
  readonly logs: Handler;
  readonly sns: Handler;
  /** EventBridge. */
  readonly events: Handler;
  /** EventBridge Scheduler. */
  readonly scheduler: Handler;
  /** S3, SQS, STS. */
  readonly fauxqs: Handler;
}

/** One handler that gives each request to the service it is meant for. */
export function dispatchTo(services: Services): Handler {
  return (request, response) => {
    const url = request.url ?? "/";
    const route = routeOf(url, request.headers);
    if (route === "unknown") return refuseService(request, response);
    if (route === "lambda" && url.startsWith(MAPPINGS_PATH)) return services.mappings(request, response);
    return services[route](request, response);
  };
}
