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

/** The stage must not be used like this; the message says which one may be. */
class StageRefused extends Error {
  readonly code = "STAGE_REFUSED";

  constructor(reason: string) {
    super(reason);
    this.name = "StageRefused";
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
 * @throws {StageRefused}
 */
export function guardStage({ stage, dev, command }: StageUse): void {
  const kind = stageKind(stage);
  if (kind === undefined)
    throw new StageRefused(
      `There are no stages named "${stage}". Yours is "dev-<your name>" (sst dev --stage dev-ana), a preview is "pr-<number>", and "staging" and "production" are permanent.`,
    );
  if (dev && kind !== "personal")
    throw new StageRefused(
      `"sst dev" would hand the events of "${stage}" to this laptop, and may lose them. Use a stage of your own: sst dev --stage dev-<your name>.`,
    );
  if (kind === "local" && command !== "diff")
    throw new StageRefused(`"local" is the stage of the local cloud (doorbell up), and is not deployed.`);
}
