/**
 * The same instant in UTC with `Z` and at least milliseconds, further digits kept; anything that is no RFC 3339 date-time is left as it
 * is, for validation to refuse. A leap second stays one.
 */
export function utcDateTime(text: string): string {
  if (text.length === 24 && text.charCodeAt(23) === 90 && text.charCodeAt(19) === 46 && text.charCodeAt(10) === 84)
    return text;
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(?:\.(\d+))?(?:[Zz]|([+-]\d\d:?\d\d))$/.exec(text);
  if (match === null) return text;
  const [, date, time, seconds, digits = "", offset] = match;
  const fraction = digits.padEnd(3, "0");
  if (offset === undefined || /^[+-]00:?00$/.test(offset)) return `${date}T${time}${seconds}.${fraction}Z`;
  if (!isOnClock(date as string, time as string)) return text;
  const zone = offset.includes(":") ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const leap = seconds === "60";
  const instant = new Date(`${date}T${time}${leap ? "59" : seconds}.000${zone}`);
  if (Number.isNaN(instant.getTime())) return text;
  const utc = instant.toISOString();
  return utc.length === 24 ? `${utc.slice(0, 17)}${leap ? "60" : utc.slice(17, 19)}.${fraction}Z` : text;
}

/** `Date` takes 30 February for 2 March and 24:00 for the next day: an instant that is none must not become one. */
function isOnClock(date: string, time: string): boolean {
  const day = new Date(`${date}T00:00:00.000Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) && time < "24";
}
