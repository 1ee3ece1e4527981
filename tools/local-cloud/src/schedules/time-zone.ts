const DAY_MS = 86_400_000;

/** The clocks of a place. A wall time is what a clock there shows, in milliseconds as if it were UTC. */
export interface TimeZone {
  wallOf(time: number): number;
  /** The first moment at which clocks show it; nothing where they never do, because they go forward over it. */
  instantOf(wall: number): number | undefined;
}

export const UTC: TimeZone = { wallOf: (time) => time, instantOf: (wall) => wall };

/**
 * The clocks of a time zone by its IANA name.
 * @throws RangeError for a name that is none
 */
export function zoneOf(name: string): TimeZone {
  if (name === "UTC") return UTC;
  const format = formatOf(name);
  function offsetOf(time: number): number {
    const offset = format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours, minutes, seconds = "0"] = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(offset) ?? [];
    if (sign === undefined) return 0;
    const ms = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
    return sign === "-" ? -ms : ms;
  }
  return {
    wallOf: (time) => time + offsetOf(time),
    instantOf(wall) {
      // Clocks change at most once within two days: one of the offsets before and after is the right one.
      const times = [wall - DAY_MS, wall + DAY_MS].map((near) => wall - offsetOf(near));
      const shown = times.filter((time) => time + offsetOf(time) === wall);
      return shown.length === 0 ? undefined : Math.min(...shown);
    },
  };
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  } catch {
    throw new RangeError(`${name} is not a time zone, such as Europe/Zurich`);
  }
}
