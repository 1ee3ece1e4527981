import { loggableReason } from "./reason.ts";

/**
 * "Never retry this": thrown by a handler for a record that no retry can mend. The record is parked with the reason
 * and then acknowledged. The reason is read by people. Text out of the payload stands in double quotes there, because
 * what is quoted is parked with the record but left out of the message and of the logs. (Lambda logs every property of an
 * error that a handler throws; one behind a getter it does not find.)
 */
export class Rejection extends Error {
  readonly code = "REJECTED";
  readonly #reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Rejected: ${loggableReason(reason)}`, options);
    this.name = "Rejection";
    this.#reason = reason;
  }

  get reason(): string {
    return this.#reason;
  }
}

/** Told by its code, not by `instanceof`, since a bundle can hold the class twice. */
export function isRejection(error: unknown): error is Rejection {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "REJECTED" &&
    "reason" in error &&
    typeof error.reason === "string"
  );
}
