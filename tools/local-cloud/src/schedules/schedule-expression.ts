import { CRON_FIELDS, parseField, valueOf } from "./cron-field.ts";
import { InvalidSchedule } from "./invalid-schedule.ts";
import { UTC, zoneOf, type TimeZone } from "./time-zone.ts";

/** When something fires. */
export interface Schedule {
  /** A rate counts from a time; a one-time schedule fires once. */
  readonly kind: "rate" | "cron" | "at";
  /** The first time after `after`; nothing where there is none any more. A rate fires at `began` too, if that is after `after`. */
  next(after: Date, began: Date): Date | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 3_600_000, day: DAY_MS };
/** However small the time scale is. */
const SHORTEST_PERIOD_MS = 1_000;

/** How an expression is read. */
export interface ScheduleOptions {
  /** IANA's name; UTC by default. */
  readonly timeZone?: string;
  /** Factor on the period of a rate. What names a time of day fires at that time. */
  readonly timeScale?: number;
}

/**
 * Parses `rate(5 minutes)`, `cron(0 12 * * ? *)` or `at(2026-01-02T03:04:05)` (AWS: eb-scheduled-rule-pattern; scheduler
 * schedule-types). Where clocks go forward, times that are left out are skipped; where they go back, a time that comes twice fires
 * the first time only.
 * @throws InvalidSchedule
 */
export function parseSchedule(expression: string, { timeZone, timeScale = 1 }: ScheduleOptions = {}): Schedule {
  const [, kind, inner = ""] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  try {
    const zone = timeZone === undefined ? UTC : zoneOf(timeZone);
    if (kind === "rate") return parseRate(inner, timeScale);
    if (kind === "cron") return parseCron(inner, zone);
    if (kind === "at") return parseAt(inner, zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidSchedule(expression, `${error.message}.`);
  }
  throw new InvalidSchedule(expression, "expected rate(…), cron(…) or at(…).");
}

function parseRate(text: string, timeScale: number): Schedule {
  const [, value = "", unit = "", plural] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(text) ?? [];
  const rateMs = Number(value) * (UNIT_MS[unit] ?? Number.NaN);
  if (Number.isNaN(rateMs) || value === "")
    throw new RangeError("expected a number above 0, and minutes, hours or days");
  if ((value === "1") === (plural === "s"))
    throw new RangeError(`expected ${value === "1" ? unit : `${unit}s`} with ${value}`);
  const periodMs = Math.max(SHORTEST_PERIOD_MS, rateMs * timeScale);
  return {
    kind: "rate",
    next(after, began) {
      const periods = Math.floor((after.getTime() - began.getTime()) / periodMs) + 1;
      return new Date(began.getTime() + Math.max(0, periods) * periodMs);
    },
  };
}

function parseAt(text: string, zone: TimeZone): Schedule {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  // The engine takes 30 February for 2 March.
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 19) !== text)
    throw new RangeError("expected a time like 2026-01-02T03:04:05");
  const time = zone.instantOf(wall);
  return { kind: "at", next: (after) => (time !== undefined && time > after.getTime() ? new Date(time) : undefined) };
}

/** Whether a day, midnight in UTC, is one of the schedule's. */
type DayTest = (day: Date) => boolean;

function parseCron(text: string, zone: TimeZone): Schedule {
  const fields = text.trim().split(/\s+/);
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = "", year = ""] = fields;
  if (fields.length !== 6) throw new RangeError(`expected six fields, and there are ${fields.length}`);
  if ((dayOfMonth === "?") === (dayOfWeek === "?"))
    throw new RangeError("expected ? in one of day-of-month and day-of-week, and a value in the other");
  const minutes = ordered(parseField(minute, CRON_FIELDS.minute));
  const hours = ordered(parseField(hour, CRON_FIELDS.hour));
  const months = parseField(month, CRON_FIELDS.month);
  const years = parseField(year, CRON_FIELDS.year);
  const isDay = dayOfWeek === "?" ? parseDayOfMonth(dayOfMonth) : parseDayOfWeek(dayOfWeek);
  const lastYear = Math.max(...years);

  /** The times that clocks show from `earliest` on, as if they were UTC. */
  function* walls(earliest: number): Generator<number> {
    for (let day = startOfDay(earliest); day.getUTCFullYear() <= lastYear; day = new Date(day.getTime() + DAY_MS)) {
      if (!years.has(day.getUTCFullYear()) || !months.has(day.getUTCMonth() + 1) || !isDay(day)) continue;
      for (const each of hours)
        for (const at of minutes) {
          const wall = day.getTime() + (each * 60 + at) * MINUTE_MS;
          if (wall >= earliest) yield wall;
        }
    }
  }

  return {
    kind: "cron",
    next(after) {
      const now = zone.wallOf(after.getTime());
      for (const wall of walls(Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS)) {
        const time = zone.instantOf(wall);
        if (time !== undefined && time > after.getTime()) return new Date(time);
      }
      return undefined;
    },
  };
}

const ordered = (values: ReadonlySet<number>): number[] => [...values].toSorted((a, b) => a - b);

const startOfDay = (time: number): Date => new Date(Math.floor(time / DAY_MS) * DAY_MS);

const lastOfMonth = (day: Date): number =>
  new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();

/** `L` is the last day of the month, `3W` the weekday nearest to the third, within the month. */
function parseDayOfMonth(text: string): DayTest {
  if (text === "L") return (day) => day.getUTCDate() === lastOfMonth(day);
  const [, near] = /^(\d{1,2})W$/.exec(text) ?? [];
  if (near === undefined) {
    const days = parseField(text, CRON_FIELDS.dayOfMonth);
    return (day) => days.has(day.getUTCDate());
  }
  const wanted = valueOf(near, text, CRON_FIELDS.dayOfMonth);
  return (day) => wanted <= lastOfMonth(day) && day.getUTCDate() === nearestWeekday(day, wanted);
}

function nearestWeekday(day: Date, wanted: number): number {
  const weekday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), wanted)).getUTCDay();
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === lastOfMonth(day) ? wanted - 2 : wanted + 1;
  return wanted;
}

/** `L` is Saturday, `5L` the last Thursday of the month, `3#2` its second Tuesday. */
function parseDayOfWeek(text: string): DayTest {
  if (text === "L") return (day) => day.getUTCDay() === 6;
  const [, value, last, count] = /^([A-Za-z]{3}|\d)(?:(L)|#(\d))$/.exec(text) ?? [];
  if (value === undefined) {
    const days = parseField(text, CRON_FIELDS.dayOfWeek);
    return (day) => days.has(day.getUTCDay() + 1);
  }
  const weekday = valueOf(value, text, CRON_FIELDS.dayOfWeek) - 1;
  if (last !== undefined) return (day) => day.getUTCDay() === weekday && day.getUTCDate() + 7 > lastOfMonth(day);
  const wanted = Number(count);
  if (wanted < 1 || wanted > 5) throw new RangeError(`${text} in day-of-week: the count is not within 1–5`);
  return (day) => day.getUTCDay() === weekday && Math.ceil(day.getUTCDate() / 7) === wanted;
}
