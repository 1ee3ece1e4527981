import type { SnsStore } from "fauxqs";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import { readBody } from "../endpoint/read-body.ts";
import type { Handler } from "../endpoint/front-server.ts";
import type { Topics } from "../emulators/topics.ts";
import { readParameters, type Parameters } from "./parameters.ts";
import { publish, publishBatch } from "./publish.ts";
import { SnsError, notImplemented, sendResult, sendSnsError } from "./sns-error.ts";
import * as subscriptions from "./subscription-actions.ts";
import * as ofTopics from "./topic-actions.ts";

/** Gives the XML inside an action's result. */
type Action = (parameters: Parameters, store: SnsStore, region: string) => string;

const ACTIONS: Readonly<Record<string, Action>> = {
  CreateTopic: ofTopics.createTopic,
  DeleteTopic: ofTopics.deleteTopic,
  ListTopics: ofTopics.listTopics,
  GetTopicAttributes: ofTopics.getTopicAttributes,
  SetTopicAttributes: ofTopics.setTopicAttributes,
  TagResource: ofTopics.tagResource,
  UntagResource: ofTopics.untagResource,
  ListTagsForResource: ofTopics.listTagsForResource,
  Subscribe: subscriptions.subscribe,
  ConfirmSubscription: subscriptions.confirmSubscription,
  Unsubscribe: subscriptions.unsubscribe,
  ListSubscriptions: subscriptions.listSubscriptions,
  ListSubscriptionsByTopic: subscriptions.listSubscriptionsByTopic,
  GetSubscriptionAttributes: subscriptions.getSubscriptionAttributes,
  SetSubscriptionAttributes: subscriptions.setSubscriptionAttributes,
};

/**
 * SNS's API, version 2010-03-31, in AWS's query protocol: parameters in a form or in the query of the path, answers in XML. What it
 * does not have is refused with 501 `NotImplemented`.
 */
export function createSnsApi(options: {
  readonly store: SnsStore;
  readonly topics: Topics;
  readonly region: string;
}): Handler {
  const { store, topics, region } = options;

  function answer(action: string | undefined, parameters: Parameters): string {
    if (action === undefined) throw new SnsError(400, "MissingAction", "The request names no Action.");
    if (action === "Publish") return publish(parameters, topics, region);
    if (action === "PublishBatch") return publishBatch(parameters, topics, region);
    const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (run === undefined) throw notImplemented(`The action ${action.slice(0, 100)} of SNS`);
    return run(parameters, store, region);
  }

  return async (request, response) => {
    try {
      const body = await readBody(request, BODY_LIMITS.message);
      if (body === undefined)
        throw new SnsError(413, "RequestEntityTooLarge", `The request is larger than ${BODY_LIMITS.message} bytes.`);
      const { searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
      const parameters = readParameters([...searchParams, ...new URLSearchParams(body.toString("utf8"))]);
      const action = parameters.get("Action");
      const result = answer(action, parameters);
      sendResult(response, action ?? "", result);
    } catch (error) {
      if (response.headersSent) throw error;
      sendSnsError(response, asSnsError(error));
    }
  };
}

function asSnsError(error: unknown): SnsError {
  if (error instanceof SnsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SnsError(500, "InternalError", message, { cause: error });
}
