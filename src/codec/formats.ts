import addFormats from "ajv-formats";

/** Whether the text that stands in `bytes` from `start` to `end` is right beyond doubt. */
export type Look = (bytes: Uint8Array, start: number, end: number) => boolean;

/**
 * Quick looks at the formats that validation spends most of its time on, at the bytes that were written. What they take, ajv-formats takes
 * in full mode; what they do not take may still be right.
 */
export const looks: ReadonlyMap<string, Look> = new Map<string, Look>([
  ["date", (bytes, start, end) => end - start === 10 && isDay(bytes, start)],
  ["date-time", (bytes, start, end) => end - start > 19 && isDay(bytes, start) && isTime(bytes, start + 10, end)],
  ["uuid", isUuid],
  ["ipv4", isIpv4],
  ["ipv6", isIpv6],
]);

type Check = (text: string) => boolean;

const day = String.raw`\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)`;
const ordinaryDate = new RegExp(`^${day}$`);
const ordinaryDateTime = new RegExp(String.raw`^${day}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$`);

/** Checks of strings that decide as ajv-formats does in full mode, and sooner: of UTC, without leap days and leap seconds. */
export const exactFormats: readonly (readonly [name: string, check: Check])[] = [
  ["date", sooner(ordinaryDate, "date")],
  ["date-time", sooner(ordinaryDateTime, "date-time")],
];

function sooner(ordinary: RegExp, name: "date" | "date-time"): Check {
  const { validate } = addFormats.default.get(name, "full") as { readonly validate: Check };
  return (text) => ordinary.test(text) || validate(text);
}

/** `YYYY-MM-DD`; not 29 February. */
function isDay(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 4] !== hyphen || bytes[at + 7] !== hyphen) return false;
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  if (!(twoDigits(bytes, at) >= 0 && twoDigits(bytes, at + 2) >= 0 && month >= 1 && month <= 12 && day >= 1))
    return false;
  return day <= 28 || (month !== 2 && day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31));
}

/** `THH:MM:SSZ`, with a fraction or without; no leap second. */
function isTime(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== 0x54 || bytes[at + 3] !== colon || bytes[at + 6] !== colon || bytes[end - 1] !== 0x5a) return false;
  const [hours, minutes, seconds] = [twoDigits(bytes, at + 1), twoDigits(bytes, at + 4), twoDigits(bytes, at + 7)];
  if (!(hours >= 0 && hours <= 23 && minutes >= 0 && minutes <= 59 && seconds >= 0 && seconds <= 59)) return false;
  if (end === at + 10) return true;
  if (bytes[at + 9] !== dot || end < at + 12) return false;
  for (let digit = at + 10; digit < end - 1; digit++) if (!isDigit(bytes[digit] as number)) return false;
  return true;
}

function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 36) return false;
  for (let at = 0; at < 36; at++) {
    const byte = bytes[start + at] as number;
    if (at === 8 || at === 13 || at === 18 || at === 23 ? byte !== hyphen : hexDigits[byte] === 0) return false;
  }
  return true;
}

function isIpv4(bytes: Uint8Array, start: number, end: number): boolean {
  let part = -1;
  let dots = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === dot && part >= 0) {
      dots++;
      part = -1;
    } else if (isDigit(byte) && part !== 0) part = part === -1 ? byte - 48 : part * 10 + byte - 48;
    else return false;
    if (part > 255) return false;
  }
  return dots === 3 && part >= 0;
}

/** Groups of hex digits, with one `::` or without. */
function isIpv6(bytes: Uint8Array, start: number, end: number): boolean {
  let groups = 0;
  let digits = 0;
  let hasGap = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (hexDigits[byte] !== 0) {
      if (digits === 0) groups++;
      if (++digits > 4) return false;
    } else if (byte !== colon) return false;
    else if (digits > 0) digits = 0;
    else {
      // A colon that follows no digit is half of the only `::`.
      if (hasGap || (at === start && bytes[++at] !== colon)) return false;
      hasGap = true;
    }
  }
  return digits > 0 && (hasGap ? groups <= 7 : groups === 8);
}

const [hyphen, dot, colon] = [0x2d, 0x2e, 0x3a];
const hexDigits = new Uint8Array(256);
for (const digit of Buffer.from("0123456789abcdefABCDEF")) hexDigits[digit] = 1;

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** The number that two digits say; NaN when they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [bytes[at] as number, bytes[at + 1] as number];
  return isDigit(tens) && isDigit(ones) ? (tens - 48) * 10 + ones - 48 : Number.NaN;
}
