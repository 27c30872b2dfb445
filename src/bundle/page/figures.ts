/**
 * Numbers, sizes and times in plain English. They say the same on every machine: no locale data of the system is used, so that the
 * same input gives the same bytes.
 */

/** `1234567` → `1,234,567`. */
export function numberWords(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 record`, `2,000 records`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${numberWords(count)} ${count === 1 ? one : many}`;
}

/** `512` → `512 bytes`, `12345` → `12 kB`, `1600000` → `1.6 MB`: decimal units, as file managers show them. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return countWords(bytes, "byte");
  const units = ["kB", "MB", "GB", "TB"];
  let size = bytes / 1000;
  let unit = 0;
  for (; size >= 999.5 && unit < units.length - 1; unit++) size /= 1000;
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

const months = "January February March April May June July August September October November December".split(" ");
const dateForm = /^(\d{4})-(\d\d)-(\d\d)$/;
const instantForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** `2026-11-24T09:00:00.000Z` and `2026-11-24` → `24 November 2026`; anything else stays as it is. */
export function dateWords(instant: string): string {
  return calendarDay(utc(instant)?.slice(0, 10) ?? instant) ?? instant;
}

/** `2026-11-24T09:05:00.000Z` → `24 November 2026, 09:05 UTC`. */
export function timeWords(instant: string): string {
  const [date = "", clock = ""] = utc(instant)?.split(" ") ?? [];
  const day = calendarDay(date);
  return day === undefined ? instant : `${day}, ${clock} UTC`;
}

/** A date or an instant for a narrow cell, `24 Nov 2026, 09:05`; `undefined` for a text that is neither. */
export function shortTime(text: string): string | undefined {
  if (text.length > 40) return undefined;
  if (dateForm.test(text)) return calendarDay(text, 3);
  const [date = "", clock = ""] = utc(text)?.split(" ") ?? [];
  const day = calendarDay(date, 3);
  return day === undefined ? undefined : `${day}, ${clock}`;
}

/** The time that records cover, in days. */
export function periodWords({ from, to }: { readonly from: string; readonly to: string }): string {
  const [first, last] = [dateWords(from), dateWords(to)];
  return first === last ? first : `${first} to ${last}`;
}

/** An instant in UTC that exists in every month and needs no calendar to be read. */
const plainForm = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/** An instant as `2026-11-24 09:05` in UTC. */
function utc(instant: string): string | undefined {
  if (plainForm.test(instant)) return `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
  if (!instantForm.test(instant)) return undefined;
  const ms = Date.parse(instant);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

function calendarDay(date: string, letters?: number): string | undefined {
  const [, year, month, day] = dateForm.exec(date) ?? [];
  const name = months[Number(month) - 1]?.slice(0, letters);
  return name === undefined || Number(day) < 1 || Number(day) > 31 ? undefined : `${Number(day)} ${name} ${year}`;
}

const units = { Y: "year", M: "month", W: "week", D: "day", H: "hour", m: "minute", S: "second" } as const;

/** `P1Y6M` → `1 year, 6 months`; `PT30M` → `30 minutes`. */
export function durationWords(duration: string): string {
  const [date = "", time = ""] = duration.replace(/^P/, "").split("T");
  const parts = [...`${date}${time.replace("M", "m")}`.matchAll(/(\d+)([YMWDHmS])/g)];
  const words = parts.map(([, count, unit]) => countWords(Number(count), units[unit as keyof typeof units]));
  return words.length === 0 ? duration : words.join(", ");
}
