import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The stage of a project, and the variables that its configuration sees. */
export interface ProjectEnvironment {
  readonly stage: string;
  readonly variables: Environment;
  /** The `.env` files that count, whether or not they exist; absolute. */
  readonly files: readonly string[];
}

/** Thrown for a stage whose name SST refuses. */
export class InvalidStage extends Error {
  readonly code = "INVALID_STAGE";
  readonly stage: string;

  constructor(stage: string) {
    super(`"${stage}" is not a stage: expected letters, digits and hyphens`);
    this.stage = stage;
  }
}

/** The stage where nothing names one. */
const DEFAULT_STAGE = "local";

/**
 * The stage and the variables, as SST's command line takes them: `.env` adds to the environment, `.env.<stage>` overrides it. The
 * stage is the given one, else `SST_STAGE`, else the content of `.sst/stage`, else "local". A `${NAME}` inside a file is not expanded.
 *
 * @throws {InvalidStage}
 */
export function projectEnvironment(
  root: string,
  environment: Environment,
  given: string | undefined,
): ProjectEnvironment {
  const common = join(root, ".env");
  const variables = { ...readVariables(common), ...environment };
  const stage = given || variables["SST_STAGE"] || readIfThere(join(root, ".sst", "stage"))?.trim() || DEFAULT_STAGE;
  if (!/^[a-zA-Z0-9-]+$/.test(stage)) throw new InvalidStage(stage);
  const ofStage = join(root, `.env.${stage}`);
  return { stage, variables: { ...variables, ...readVariables(ofStage) }, files: [common, ofStage] };
}

function readVariables(file: string): Environment {
  return parseEnv(readIfThere(file) ?? "");
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
