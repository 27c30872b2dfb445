import type { JsonValue } from "../model/json.ts";

// A number that may not survive: a negative zero, an exponent, or more than 15 characters. It may also match inside a string: that only costs time.
const suspicious = /(?:^|[\s:,[])(?:-0|-?\d[\d.]*[eE]|-?[\d.]{16})/;
// An escape, a quote, a number. No part of it repeats a group, so a string of any length passes without recursion.
const tokens = /\\.|"|-?\d[\d.]*(?:[eE][+-]?\d+)?/gs;

/**
 * Parses JSON; a number that a JavaScript number cannot hold becomes the string of its digits.
 *
 * @throws {SyntaxError} when `text` is not JSON
 */
export function losslessJson(text: string): JsonValue {
  if (!suspicious.test(text)) return JSON.parse(text);
  let inString = false;
  const quoted = text.replace(tokens, (token) => {
    if (token === '"') inString = !inString;
    return inString || token === '"' || survives(token) ? token : `"${token}"`;
  });
  return JSON.parse(quoted);
}

/** The number that these digits are, or the string of them when a JavaScript number cannot hold it. */
export function losslessNumber(digits: string): number | string {
  return survives(digits) ? Number(digits) : digits;
}

/** Whether the number that JavaScript makes of `digits` is written with the same value. */
function survives(digits: string): boolean {
  const value = Number(digits);
  return Number.isFinite(value) && !Object.is(value, -0) && decimal(digits) === decimal(String(value));
}

/** One spelling per value: digits without zeros at either end, and a power of ten. */
function decimal(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  let end = digits.length; // not by a pattern: /0+$/ takes quadratic time on zeros that are not last
  while (digits[end - 1] === "0") end--;
  return end === 0 ? "0" : `${sign}${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
