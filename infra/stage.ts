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
