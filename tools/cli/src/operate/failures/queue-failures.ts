import type { Environment } from "../../aws/environment.ts";
import { nameIn } from "../../aws/names.ts";
import { readBatchFailure } from "./batch-failure.ts";
import {
  deadLetterFailure,
  deliveryIdOf,
  maxReceives,
  type OpenQueue,
  sendToSource,
  sourceQueueOf,
} from "./dead-letter.ts";
import { eventFailure, type GivenUpEvent, readDeadEvent, readGivenUpEvent } from "./event-failure.ts";
import { type FailedDelivery, readFailedDelivery } from "./failed-delivery.ts";
import { type FailureSource, type FoundFailure, NotSendable } from "./failure.ts";
import { type FailureHooks, kindsOf, placeWords } from "./failure-hooks.ts";
import type { FailurePlace } from "./failure-places.ts";
import { type HeldMessage, heldMessages, hiddenMessages } from "./held-messages.ts";
import { invokeLater } from "./invoke-again.ts";
import { serviceNamed } from "./service-named.ts";
import { unreadable } from "./unreadable.ts";

/**
 * Messages of a queue in which failures end. Sent back, a message goes to the queue that it came from, body untouched and without what
 * parking added, and an event is an asynchronous invocation again. Of a batch of a stream Lambda tells a queue no more than where it
 * lay, so there is nothing to send.
 */
export function queueFailures(environment: Environment, place: FailurePlace, hooks: FailureHooks = {}): FailureSource {
  const { sqs, lambda } = environment;
  const url = nameIn(environment, place.variable);
  const words = placeWords(place, hooks);
  const isDone = (content: string) => hooks.isDone?.(content) ?? Promise.resolve(false);
  const serviceOf = (services: readonly string[], functionArn: string) =>
    serviceNamed(services, functionArn, (service) => environment.functionName(service));

  function found(held: HeldMessage, sources: readonly OpenQueue[]): FoundFailure {
    const { message } = held;
    const content = message.Body ?? "";
    const event = place.eventsOf.length === 0 ? undefined : (readGivenUpEvent(content) ?? readDeadEvent(message));
    if (event !== undefined) return givenUpEvent(held, event);
    const batch =
      place.batchesOf.length === 0 ? undefined : readBatchFailure(content, { id: held.id, words, serviceOf: ofBatch });
    if (batch !== undefined) {
      const send = () =>
        Promise.reject(new NotSendable("Lambda told the queue where the batch lay, and not what it was"));
      return { failure: batch.failure, content, isDone: () => isDone(content), send, remove: () => held.remove() };
    }
    const delivery = place.deliveriesOf.length === 0 ? undefined : readFailedDelivery(message);
    if (delivery !== undefined) return failedDelivery(held, delivery);
    if (sources.length > 0) return deadLetter(held, sources);
    const [kind = ""] = kindsOf(place, words).toReversed();
    const known = { id: held.id, place: words.place, kind, what: "an unknown message" };
    const why = "the message is no record of a failed invocation";
    return unreadable(known, { why, content, remove: () => held.remove() });
  }

  const ofBatch = (functionArn: string) =>
    serviceOf(
      place.batchesOf.map(({ service }) => service),
      functionArn,
    );

  function failedDelivery(held: HeldMessage, { what, reason, attempts, facts }: FailedDelivery): FoundFailure {
    const content = held.message.Body ?? "";
    const kind = words.kind("delivery-exhausted");
    const known = { id: held.id, place: words.place, kind, what: words.about(content) ?? what, reason };
    return {
      failure: { ...known, ...(attempts !== undefined && { attempts }), facts },
      content,
      isDone: () => isDone(content),
      send: () =>
        Promise.reject(new NotSendable("sent to its bus or topic again, it would reach every other target too")),
      remove: () => held.remove(),
    };
  }

  function givenUpEvent(held: HeldMessage, event: GivenUpEvent): FoundFailure {
    const service = serviceOf(place.eventsOf, event.functionArn);
    return {
      failure: eventFailure(held.id, event, words, service),
      content: event.content,
      deliveryId: event.requestId,
      isDone: () => isDone(event.content),
      send: async (edited = event.content) => {
        if (service === undefined) throw new NotSendable("the record does not name one of the functions that end here");
        return {
          kind: "sent",
          deliveryId: await invokeLater(lambda, environment.functionName(service), edited),
        };
      },
      remove: () => held.remove(),
    };
  }

  function deadLetter(held: HeldMessage, sources: readonly OpenQueue[]): FoundFailure {
    const { id, message } = held;
    const content = message.Body ?? "";
    const source = sourceQueueOf(message, sources);
    const { service, maxReceiveCount } = source ?? {};
    return {
      failure: deadLetterFailure(id, message, {
        words,
        ...(service !== undefined && { service }),
        ...(maxReceiveCount !== undefined && { maxReceiveCount }),
      }),
      content,
      deliveryId: deliveryIdOf(id, message),
      isDone: () => isDone(content),
      send: async (edited = content) => {
        if (source === undefined)
          throw new NotSendable(
            `it may have come from any of the queues ${sources.map(({ name }) => name).join(", ")}`,
          );
        return { kind: "sent", deliveryId: await sendToSource(sqs, source, { ...message, Body: edited }) };
      },
      remove: () => held.remove(),
    };
  }

  return {
    place: words.place,
    kinds: kindsOf(place, words),
    ...(hooks.stories !== undefined && { stories: hooks.stories }),
    hidden: () => hiddenMessages(sqs, url),
    async *failures() {
      const sources = await Promise.all(
        place.deadLettersOf.map(async (source): Promise<OpenQueue> => {
          const sourceUrl = nameIn(environment, source.variable);
          const maxReceiveCount = await maxReceives(sqs, sourceUrl);
          return { ...source, url: sourceUrl, ...(maxReceiveCount !== undefined && { maxReceiveCount }) };
        }),
      );
      for await (const held of heldMessages(sqs, url)) yield found(held, sources);
    },
  };
}
