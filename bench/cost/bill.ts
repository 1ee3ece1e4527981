import { PRICES } from "./prices.ts";

const MILLION = 1_000_000;
/** From this size on a function has one whole virtual processor; below, a share of it (AWS: "Configure Lambda function memory"). */
const WHOLE_PROCESSOR_MB = 1_769;
/** What a call of DynamoDB or SQS is taken to last inside a region, in milliseconds: assumed, since it cannot be measured here. */
export const CALL_MS = 10;
/** Bytes of Lambda's own two lines of a successful invocation, start and report, in JSON (AWS: "Lambda Telemetry API Event schema reference"). */
export const PLATFORM_LINE_BYTES = 150 + 340;

/** What one invocation of a service takes, in the mean. */
export interface InvocationFigures {
  readonly orders: number;
  readonly memoryMb: number;
  /** CPU of a whole processor. */
  readonly cpuMs: number;
  /** Calls that wait for each other; those under way at the same time count once. */
  readonly rounds: number;
  readonly calls: Readonly<Record<string, number>>;
  /** Bytes that are logged of every invocation. */
  readonly logBytes: number;
  /** Bytes that are logged of one order where its success is. */
  readonly successBytes: number;
}

/** How much is logged. */
export interface LogSettings {
  readonly sampleRate: number;
  readonly systemLogLevel: "INFO" | "WARN";
}

/** What a service takes for a million orders. */
export interface ServicePerMillion {
  readonly invocations: number;
  /** Of one invocation. */
  readonly billedMs: number;
  readonly gbSeconds: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly logGb: number;
}

/** How long an invocation is billed for: its CPU by the share of a processor that its memory buys, and its calls. */
export function billedMs({
  cpuMs,
  memoryMb,
  rounds,
}: Pick<InvocationFigures, "cpuMs" | "memoryMb" | "rounds">): number {
  return Math.ceil(cpuMs / Math.min(1, memoryMb / WHOLE_PROCESSOR_MB) + rounds * CALL_MS);
}

/** Scales what one invocation takes to a million orders. */
export function perMillion(figures: InvocationFigures, log: LogSettings): ServicePerMillion {
  const invocations = MILLION / figures.orders;
  const ms = billedMs(figures);
  const platform = log.systemLogLevel === "INFO" ? PLATFORM_LINE_BYTES : 0;
  const logBytes = invocations * (figures.logBytes + platform) + MILLION * log.sampleRate * figures.successBytes;
  return {
    invocations,
    billedMs: ms,
    gbSeconds: (invocations * ms * figures.memoryMb) / 1_024 / 1_000,
    calls: Object.fromEntries(
      Object.entries(figures.calls).map(([name, count]) => [name, Math.round(count * invocations)]),
    ),
    logGb: logBytes / 1e9,
  };
}

/** What a million orders come to in dollars, of which nothing depends on how long they are kept. */
export interface Bill {
  readonly lambdaRequests: number;
  readonly lambdaDuration: number;
  readonly sqs: number;
  readonly dynamoDbWrites: number;
  readonly logs: number;
  readonly total: number;
}

/** By the prices of `prices.ts`. `sqsRequests` and `writeUnits` of a million orders. */
export function billOf(
  services: readonly ServicePerMillion[],
  { sqsRequests, writeUnits }: { readonly sqsRequests: number; readonly writeUnits: number },
): Bill {
  const sum = (of: (service: ServicePerMillion) => number) =>
    services.reduce((total, service) => total + of(service), 0);
  const dollars = {
    lambdaRequests: (sum(({ invocations }) => invocations) / MILLION) * PRICES.lambdaPerMillionRequests,
    lambdaDuration: sum(({ gbSeconds }) => gbSeconds) * PRICES.lambdaPerGbSecond,
    sqs: (sqsRequests / MILLION) * PRICES.sqsPerMillionRequests,
    dynamoDbWrites: (writeUnits / MILLION) * PRICES.dynamoDbPerMillionWriteUnits,
    logs: sum(({ logGb }) => logGb) * PRICES.logsPerGb,
  };
  return { ...dollars, total: Object.values(dollars).reduce((total, each) => total + each, 0) };
}
