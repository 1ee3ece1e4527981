import { EXPECTED_INSTANT, isDate, isInstant } from "@doorbell/aws-events/calendar";
import { textThat } from "./matching.ts";

/** A day that exists, `YYYY-MM-DD`. */
export const dateSchema = textThat(isDate, "a date that exists, YYYY-MM-DD");

/** An RFC 3339 instant such as `2024-02-29T12:00:00Z`. */
export const instantSchema = textThat(isInstant, EXPECTED_INSTANT);
