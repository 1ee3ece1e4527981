import { type EventSource, services } from "@doorbell/infra/services";

/** What a service can be generated for. */
export const EVENT_SOURCES: readonly EventSource[] = ["queue", "FIFO queue", "bucket", "table stream"];

/** Strategies of the idempotency package; no event source of a generated service needs `transact`. */
export const STRATEGIES = ["inline", "lease"] as const;

const NAME = /^[a-z][a-z0-9]+(?:-[a-z][a-z0-9]+)*$/;

/** Longer ones are cut by SST in the names of resources. */
const LONGEST_NAME = 24;

/** What is wrong with the name of a service; nothing where all is well. */
export function nameProblem(name: string): string | undefined {
  if (!NAME.test(name))
    return `"${name}" is no name of a service: words of two small letters or more, with hyphens between, such as order-mailer`;
  if (name.length > LONGEST_NAME) return `"${name}" has ${name.length} characters; at most ${LONGEST_NAME}`;
  if (services.some((service) => service.name === name || service.file === `${name}.ts`))
    return `there is a service or a file of infra/ called "${name}"`;
  return undefined;
}

/** What is wrong with the owner of a service; nothing where all is well. */
export function ownerProblem(owner: string): string | undefined {
  return /^@[\w.-]+\/[\w.-]+$/.test(owner) ? undefined : `"${owner}" is no team: @organisation/team, as in CODEOWNERS`;
}

/** What the templates are given. */
export interface Answers {
  readonly name: string;
  /** `OrderMailer`. */
  readonly component: string;
  /** `orderMailer`. */
  readonly variable: string;
  /** `ORDER_MAILER`. */
  readonly constant: string;
  readonly owner: string;
  readonly eventSource: EventSource;
  /** A FIFO queue is a queue, too. */
  readonly source: "queue" | "bucket" | "stream";
  readonly fifo: boolean;
  readonly strategy: (typeof STRATEGIES)[number];
  readonly inline: boolean;
  readonly lease: boolean;
  /** The component that it answers, and the one where its failures end. */
  readonly answers: string;
  readonly failures: string;
  /** The file of its decision. */
  readonly decision: string;
  /** The message of the line that its work logs. */
  readonly handled: string;
  readonly isDynamo: boolean;
  /** Its messages are handled one by one. */
  readonly isOneByOne: boolean;
  readonly isQueue: boolean;
  readonly isBucket: boolean;
  readonly isStream: boolean;
}

const SOURCES = { queue: "queue", "FIFO queue": "queue", bucket: "bucket", "table stream": "stream" } as const;
const ANSWERED = { queue: "Events", bucket: "Files", stream: "Items" } as const;
const HANDLED = { queue: "business event handled", bucket: "file handled", stream: "change handled" } as const;
const DECISIONS = { queue: "handle-message", bucket: "handle-object", stream: "handle-change" } as const;

/** An answer that cannot be used. */
class InvalidAnswer extends Error {
  readonly code = "INVALID_ANSWER";
}

/**
 * Reads what was answered to the questions, whether by hand or by `--args`.
 *
 * @throws {InvalidAnswer}
 */
export function readAnswers(given: Readonly<Record<string, unknown>>): Answers {
  const { name = "", owner = "" } = given;
  if (typeof name !== "string" || typeof owner !== "string") throw new InvalidAnswer("name and owner are texts");
  const problem = nameProblem(name) ?? ownerProblem(owner);
  if (problem !== undefined) throw new InvalidAnswer(problem);
  const eventSource = EVENT_SOURCES.find((each) => each === given["eventSource"]);
  if (eventSource === undefined) throw new InvalidAnswer(`the event source is one of: ${EVENT_SOURCES.join(", ")}`);
  const strategy = STRATEGIES.find((each) => each === given["strategy"]);
  if (strategy === undefined) throw new InvalidAnswer(`the strategy is one of: ${STRATEGIES.join(", ")}`);

  const component = name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const source = SOURCES[eventSource];
  const answers = `${component}${ANSWERED[source]}`;
  return {
    name,
    component,
    variable: component.charAt(0).toLowerCase() + component.slice(1),
    constant: name.replaceAll("-", "_").toUpperCase(),
    owner,
    eventSource,
    source,
    fifo: eventSource === "FIFO queue",
    strategy,
    inline: strategy === "inline",
    lease: strategy === "lease",
    answers,
    failures: source === "queue" ? `${answers}Dlq` : `${component}Failures`,
    decision: DECISIONS[source],
    handled: HANDLED[source],
    isDynamo: strategy === "inline" || source === "stream",
    isOneByOne: eventSource === "FIFO queue" || strategy === "lease",
    isQueue: source === "queue",
    isBucket: source === "bucket",
    isStream: source === "stream",
  };
}
