import { existsSync, readFileSync } from "node:fs";
import { type FaultPlan, InvalidFaultPlan, parseFaults } from "@doorbell/local-cloud/faults/fault-plan";
import { CommandError } from "../command-error.ts";

/**
 * What `--faults` names: a file with a plan in JSON or as a specification, or a specification itself.
 * @throws {CommandError} it cannot be read
 */
export function readFaultOption(option: string): FaultPlan {
  try {
    return parseFaults(existsSync(option) ? readFileSync(option, "utf8").trim() : option);
  } catch (error) {
    if (error instanceof InvalidFaultPlan) throw new CommandError(`--faults: ${error.message}`, { cause: error });
    throw error;
  }
}
