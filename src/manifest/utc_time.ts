const SHAPE =
  /^([0-9]{4})-(0[1-9]|1[0-2])-([0-3][0-9])T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])Z$/;

/** A moment in UTC, by its parts as they are written: `2026`, `11`, `23`, `10`, `15`, `00`. */
export interface UtcTime {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

/** Whether {@linkcode readUtcTime} can read a text: without its parts, for the many lines of a manifest. */
export function isUtcTime(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  const day = (text.charCodeAt(8) - 0x30) * 10 + text.charCodeAt(9) - 0x30;
  // Every month has these days.
  return day >= 1 && day <= 28 || readUtcTime(text) !== undefined;
}

/** Reads `2026-11-23T10:15:00Z`; undefined for another form or a day that the calendar does not have. */
export function readUtcTime(text: string): UtcTime | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = ""] = match;
  const days = daysOfMonth(Number(year), Number(month));
  if (Number(day) < 1 || Number(day) > days) return undefined;
  return { year, month, day, hour, minute, second };
}

/** Seconds since 1970-01-01, counted in the Gregorian calendar; negative before. */
export function epochSeconds(time: UtcTime): number {
  // Years begin in March here, so that the leap day is the last one and months need no table.
  const month = Number(time.month);
  const year = Number(time.year) - (month <= 2 ? 1 : 0);
  const daysBeforeMonth = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  const days = year * 365 + leapDays + daysBeforeMonth + Number(time.day) - 1 - 719_468;
  return ((days * 24 + Number(time.hour)) * 60 + Number(time.minute)) * 60 + Number(time.second);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  }
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
