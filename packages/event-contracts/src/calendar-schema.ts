import * as v from "valibot";
import { EXPECTED_INSTANT, isDate, isInstant } from "./calendar.ts";

/** A day that exists, `YYYY-MM-DD`. */
export const dateSchema = v.pipe(v.string(), v.check(isDate, "a date that exists, YYYY-MM-DD"));

/** An RFC 3339 instant such as `2024-02-29T12:00:00Z`. */
export const instantSchema = v.pipe(v.string(), v.check(isInstant, EXPECTED_INSTANT));
