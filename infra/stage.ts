import type { ServiceName } from "./services.ts";

/** What a stage is for, which its name says. */
export type StageKind =
  /** Keeps its data, refuses to be removed, rings when something fails. */
  | "permanent"
  /** One pull request's; removed with it. */
  | "preview"
  /** One developer's, and the only kind for `sst dev`. */
  | "personal"
  /** The laptop's: evaluated, never deployed. */
  | "local";

const NAMES: readonly (readonly [StageKind, RegExp])[] = [
  ["permanent", /^(?:production|staging)$/],
  ["preview", /^pr-[1-9]\d{0,5}$/],
  ["personal", /^dev-[a-z][a-z0-9]{0,15}$/],
  ["local", /^local$/],
];

/** The kind of the stage called `name`; nothing where no kind has such names. */
export function stageKind(name: string | undefined): StageKind | undefined {
  return NAMES.find(([, names]) => names.test(name ?? ""))?.[0];
}

/** A region that every account has (AWS page: "AWS Regions"; those launched since 2019 have to be enabled first). */
type RegionOfEveryAccount =
  | `ap-northeast-${1 | 2 | 3}`
  | "ap-south-1"
  | `ap-southeast-${1 | 2}`
  | "ca-central-1"
  | "eu-central-1"
  | "eu-north-1"
  | `eu-west-${1 | 2 | 3}`
  | "sa-east-1"
  | `us-east-${1 | 2}`
  | `us-west-${1 | 2}`;

/** A region, or one that an account has to be opted in to, named as such: an account that is not gets no further than its first call. */
type Region = RegionOfEveryAccount | { readonly optIn: string };

/** Where stages are that `REGIONS` does not name. */
const DEFAULT_REGION: Region = "eu-central-1";

/**
 * Regions by stage, or by kind of stage. State lives in the stage's region: one that is moved is a new stage there, and the old one
 * stays.
 */
const REGIONS: Readonly<Record<string, Region>> = {
  // Nothing is deployed there. The AWS CLI version 1 honours `AWS_ENDPOINT_URL` for SQS in this region, and not in older ones.
  local: { optIn: "eu-central-2" },
};

/** The region of the stage called `name`. */
export function regionOf(name: string): string {
  const region = REGIONS[name] ?? REGIONS[stageKind(name) ?? ""] ?? DEFAULT_REGION;
  return typeof region === "string" ? region : region.optIn;
}

/**
 * How many environments handle a queue at the same time. Lambda takes one of the two (AWS page: "Configuring scaling behavior for SQS
 * event source mappings").
 */
export type QueueScaling =
  /** From 2 to 1,000. Starts with five environments and adds up to 300 a minute. */
  | { readonly maximumConcurrency: number }
  /**
   * Provisioned mode, billed by the hour: each poller reads up to 1 MB a second and keeps up to ten environments busy. Starts with all
   * of the minimum (2 to 200) and adds up to 1,000 environments a minute; the maximum is from 2 to 2,000.
   */
  | { readonly minimumPollers: number; readonly maximumPollers: number };

/** Write units a second of a table that is billed by request. */
export interface TableWrites {
  /** More is throttled: what a loop gone wild can cost. None where absent. */
  readonly maximum?: number;
  /**
   * What the table takes at once, 4,000 at least, which is what a new table takes without it (AWS page: "Understanding DynamoDB warm
   * throughput"). Billed once, when it is raised. Never lower it: Pulumi would replace the table.
   */
  readonly warm?: number;
}

/** What a stage is sized for; docs/scale.md says what to turn when. */
export interface StageSettings {
  /** The share of orders, from 0 to 1, whose plain successes are logged. Whatever fails, is retried or refused always is. */
  readonly logSampleRate: number;
  /** The lowest level of Lambda's own lines that is kept. Start and report of a success are INFO, of a failure WARN. */
  readonly systemLogLevel: "INFO" | "WARN";
  readonly orderQueueScaling: QueueScaling;
  /**
   * Files that `upload-ingest` reads at the same time, reserved of the account's concurrency: more wait for up to six hours, and the other
   * services keep the rest, of which AWS wants at least 100 to be left (AWS page: "Configuring reserved concurrency"). Without it the files
   * compete with every function of the account, which has 1,000 in all by default, and a new one as few as 10.
   */
  readonly uploadConcurrency?: number;
  /** A change of an order is one write in both; in write units see docs/scale.md. */
  readonly tableWrites: { readonly orders: TableWrites; readonly audit: TableWrites };
  /**
   * Hours, 1 to 24, after which a service that nothing has come to rings: only where something is sure to come that often. One that is
   * not named may be silent for ever.
   */
  readonly silentAfterHours: Partial<Record<ServiceName, number>>;
}

/** What a stage is sized for that `SETTINGS` does not name: everything is logged, and a mistake stays cheap. */
const SMALL: StageSettings = {
  logSampleRate: 1,
  systemLogLevel: "INFO",
  orderQueueScaling: { maximumConcurrency: 10 },
  tableWrites: { orders: { maximum: 1_000 }, audit: { maximum: 2_000 } },
  silentAfterHours: {},
};

/** What differs from that, by kind of stage, and by stage. */
const SETTINGS: Readonly<Record<string, Partial<StageSettings>>> = {
  permanent: { logSampleRate: 0.01, systemLogLevel: "WARN", uploadConcurrency: 50 },
  // Sized for 10,000 orders a second (docs/scale.md).
  production: {
    orderQueueScaling: { maximumConcurrency: 100 },
    tableWrites: { orders: { warm: 15_000, maximum: 20_000 }, audit: { warm: 25_000, maximum: 40_000 } },
    silentAfterHours: { "upload-ingest": 24 },
  },
};

/** What the stage called `name` is sized for. */
export function settingsOf(name: string): StageSettings {
  return { ...SMALL, ...SETTINGS[stageKind(name) ?? ""], ...SETTINGS[name] };
}

/** The stage must not be used like this; the message says which one may be. */
class InvalidStage extends Error {
  readonly code = "INVALID_STAGE";

  constructor(reason: string) {
    super(reason);
    this.name = "InvalidStage";
  }
}

/** What is about to be done, to which stage. */
interface StageUse {
  readonly stage: string;
  /** Whether by `sst dev`. */
  readonly dev: boolean;
  /** SST's command, such as `deploy`. */
  readonly command: string;
}

/**
 * Keeps stages apart. `sst dev` puts stubs in the place of the functions, which forward every event to one laptop and, when
 * that does not answer, may report success: SQS then deletes messages that nobody has handled. So it is for personal stages
 * alone, and those have names of their own: SST's default, the name of the user who is logged in, is the same on every
 * machine where that is `ubuntu`.
 *
 * @throws {InvalidStage}
 */
export function guardStage({ stage, dev, command }: StageUse): void {
  const kind = stageKind(stage);
  if (kind === undefined)
    throw new InvalidStage(
      `There are no stages named "${stage}". Yours is "dev-<your name>" (sst dev --stage dev-ana), a preview is "pr-<number>", and "staging" and "production" are permanent.`,
    );
  if (dev && kind !== "personal")
    throw new InvalidStage(
      `"sst dev" would hand the events of "${stage}" to this laptop, and may lose them. Use a stage of your own: sst dev --stage dev-<your name>.`,
    );
  if (kind === "local" && command !== "diff")
    throw new InvalidStage(`"local" is the stage of the local cloud (doorbell up), and is not deployed.`);
}
