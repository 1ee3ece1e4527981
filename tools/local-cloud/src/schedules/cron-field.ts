/** The values of one field of a cron expression that are plain numbers, and what its special words mean. */
interface FieldSyntax {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Names of values, the first one standing for the minimum. */
  readonly names?: readonly string[];
  /** False where AWS documents no steps. */
  readonly steps: boolean;
}

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split(" ");

/** AWS: eb-scheduled-rule-pattern, "Cron expressions". */
export const CRON_FIELDS = {
  minute: { name: "minutes", minimum: 0, maximum: 59, steps: true },
  hour: { name: "hours", minimum: 0, maximum: 23, steps: true },
  dayOfMonth: { name: "day-of-month", minimum: 1, maximum: 31, steps: true },
  month: { name: "month", minimum: 1, maximum: 12, names: MONTHS, steps: true },
  dayOfWeek: { name: "day-of-week", minimum: 1, maximum: 7, names: WEEKDAYS, steps: false },
  year: { name: "year", minimum: 1970, maximum: 2199, steps: true },
} as const satisfies Record<string, FieldSyntax>;

/**
 * The values of a field of numbers, names, ranges, lists, steps and `*`. A range whose end is before its start goes over the end of
 * the field for weekdays and months (`FRI-MON`); elsewhere it is refused.
 * @throws RangeError that says what is wrong
 */
export function parseField(text: string, syntax: FieldSyntax): ReadonlySet<number> {
  return new Set(text.split(",").flatMap((part) => parsePart(part, syntax)));
}

function parsePart(part: string, syntax: FieldSyntax): number[] {
  const { name, minimum, maximum } = syntax;
  const [range = "", stepText, ...more] = part.split("/");
  if (more.length > 0 || (stepText !== undefined && !syntax.steps)) throw new RangeError(`${name} has no ${part}`);
  const step = stepText === undefined ? 1 : numberOf(stepText, part, name);
  if (step < 1) throw new RangeError(`the step of ${part} in ${name} is below 1`);
  const [startText = "", endText, ...rest] = range.split("-");
  if (rest.length > 0) throw new RangeError(`${name} has no ${part}`);
  if (range === "*") return stepped(minimum, maximum, step);
  const start = valueOf(startText, part, syntax);
  if (endText === undefined) return stepped(start, stepText === undefined ? start : maximum, step);
  const end = valueOf(endText, part, syntax);
  if (start <= end) return stepped(start, end, step);
  if (syntax.names === undefined) throw new RangeError(`${part} in ${name} ends before it starts`);
  const length = maximum - minimum + 1;
  return stepped(start, end + length, step).map((value) => ((value - minimum) % length) + minimum);
}

function stepped(start: number, end: number, step: number): number[] {
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
}

/** One value, by number or by name. */
export function valueOf(text: string, part: string, syntax: FieldSyntax): number {
  const named = syntax.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? syntax.minimum + named : numberOf(text, part, syntax.name);
  if (value < syntax.minimum || value > syntax.maximum)
    throw new RangeError(`${part} in ${syntax.name} is not within ${syntax.minimum}–${syntax.maximum}`);
  return value;
}

function numberOf(text: string, part: string, name: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new RangeError(`${name} has no ${part}`);
  return Number(text);
}
