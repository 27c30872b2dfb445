import type { Formats } from "./words/formats.ts";

/**
 * Numbers, sizes and times as a language writes them. They say the same on every machine: no locale data of the system is used, so that
 * the same input gives the same bytes.
 */
export interface Figures {
  /** `1234567` → `1,234,567`. */
  readonly number: (value: number) => string;
  /** A number of a record: its decimals after the language's own mark, its thousands as they are, for it may be a key. */
  readonly plainNumber: (value: number) => string;
  /** `512` → `512 bytes`, `12345` → `12 kB`, `1600000` → `1.6 MB`: decimal units, as file managers show them. */
  readonly size: (bytes: number) => string;
  /** `2026-11-24T09:00:00.000Z` and `2026-11-24` → `24 November 2026`; anything else stays as it is. */
  readonly date: (instant: string) => string;
  /** `2026-11-24T09:05:00.000Z` → `24 November 2026, 09:05 UTC`. */
  readonly time: (instant: string) => string;
  /** A date or an instant for a narrow cell, `24 Nov 2026, 09:05`; `undefined` for a text that is neither. */
  readonly shortTime: (text: string) => string | undefined;
  /** `2026-11` → `Nov 2026`; a year stays as it is. */
  readonly month: (month: string) => string;
  /** The time that records cover, in days. */
  readonly period: (period: { readonly from: string; readonly to: string }) => string;
  /** `P1Y6M` → `1 year, 6 months`; `PT30M` → `30 minutes`. */
  readonly duration: (duration: string) => string;
}

export function figuresIn(formats: Formats): Figures {
  const { number, decimal, months, shortMonths, sizes } = formats;
  const dayIn = (date: string, names: readonly string[], say: Formats["day"]) => {
    const [, year = "", month, day] = dateForm.exec(date) ?? [];
    const name = names[Number(month) - 1];
    return name === undefined || Number(day) < 1 || Number(day) > 31 ? undefined : say(Number(day), name, year);
  };
  const longDay = (date: string) => dayIn(date, months, formats.day);
  const shortDay = (date: string) => dayIn(date, shortMonths, formats.shortDay);
  const date = (instant: string) => longDay(utc(instant)?.slice(0, 10) ?? instant) ?? instant;
  const plainNumber = (value: number) => (decimal === "." ? String(value) : String(value).replace(".", decimal));
  return {
    number,
    plainNumber,
    size(bytes) {
      if (bytes < 1000) return formats.bytes(bytes);
      let size = bytes / 1000;
      let unit = 0;
      for (; size >= 999.5 && unit < sizes.length - 1; unit++) size /= 1000;
      return `${size < 9.95 ? size.toFixed(1).replace(".", decimal) : Math.round(size)} ${sizes[unit]}`;
    },
    date,
    time(instant) {
      const [date = "", clock = ""] = utc(instant)?.split(" ") ?? [];
      const day = longDay(date);
      return day === undefined ? instant : `${day}, ${clock} UTC`;
    },
    shortTime(text) {
      if (text.length > 40) return undefined;
      if (dateForm.test(text)) return shortDay(text);
      const [date = "", clock = ""] = utc(text)?.split(" ") ?? [];
      const day = shortDay(date);
      return day === undefined ? undefined : `${day}, ${clock}`;
    },
    month(month) {
      const [year = "", number] = month.split("-");
      return number === undefined ? year : `${shortMonths[Number(number) - 1]} ${year}`;
    },
    period({ from, to }) {
      const [first, last] = [date(from), date(to)];
      return first === last ? first : formats.span(first, last);
    },
    duration(duration) {
      const [date = "", time = ""] = duration.replace(/^P/, "").split("T");
      const parts = [...`${date}${time.replace("M", "m")}`.matchAll(/(\d+)([YMWDHmS])/g)];
      const words = parts.map(([, count, unit]) =>
        formats.durations[unit as keyof Formats["durations"]](Number(count)),
      );
      return words.length === 0 ? duration : words.join(", ");
    },
  };
}

const dateForm = /^(\d{4})-(\d\d)-(\d\d)$/;
const instantForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
/** An instant in UTC that exists in every month and needs no calendar to be read. */
const plainForm = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/** An instant as `2026-11-24 09:05` in UTC. */
function utc(instant: string): string | undefined {
  if (plainForm.test(instant)) return `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
  if (!instantForm.test(instant)) return undefined;
  const ms = Date.parse(instant);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}
