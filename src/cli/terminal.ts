import { inspect } from "node:util";
import { PortmanteauError } from "../index.ts";
import { padded } from "./text-width.ts";

/** What can stand on a terminal in one line. */
export type Style = "red" | "yellow" | "green" | "bold";

/** Control characters and marks that turn the direction of text: a bundle from elsewhere must not steer the terminal that shows it. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text as one harmless line. */
export function printable(text: string): string {
  return text.replace(unprintable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Whether a stream is a terminal whose lines can be rewritten. */
export function isLive(out: NodeJS.WriteStream): boolean {
  return out.isTTY === true && process.env["TERM"] !== "dumb";
}

/** Colours only where somebody looks, and nobody asked for none. FORCE_COLOR, which Node.js knows as well, has the last word. */
export function styled(out: NodeJS.WriteStream, style: Style | undefined, text: string): string {
  const { FORCE_COLOR: forced = "", NO_COLOR: none = "" } = process.env;
  const isColored = forced === "" ? isLive(out) && none === "" : forced !== "0" && forced !== "false";
  // Not styleText(): some versions of Node.js judge by standard output, whatever stream the text is for.
  const [open, close] = (style === undefined || !isColored ? undefined : inspect.colors[style]) ?? [];
  return open === undefined ? text : `\x1b[${open}m${text}\x1b[${close}m`;
}

let isQuiet = false;

/** From now on nothing is said but what was asked for, and what is wrong: --quiet. */
export function beQuiet(): void {
  isQuiet = true;
}

/** A stream's lines of progress; nothing where none are wanted. */
export function progressOutput(): NodeJS.WriteStream | undefined {
  return isQuiet ? undefined : process.stderr;
}

/** Prints one line of what was asked for on standard output. */
export function print(line: string, style?: Style): void {
  process.stdout.write(`${styled(process.stdout, style, printable(line))}\n`);
}

/** Prints one line of what was done on standard output, unless --quiet. */
export function printSaying(line: string, style?: Style): void {
  if (!isQuiet) print(line, style);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints one line of what is wrong on standard error. */
export function complain(line: string, style?: Style): void {
  process.stderr.write(`${styled(process.stderr, style, printable(line))}\n`);
}

/** Prints one line that is good to know on standard error, unless --quiet. */
export function note(line: string, style?: Style): void {
  if (!isQuiet) complain(line, style);
}

/** Prints an error: one of this package without its stack and without its cause's message, which can quote values. */
export function printError(error: unknown): void {
  if (!PortmanteauError.is(error)) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return;
  }
  complain(`error ${error.code}: ${error.message}`, "red");
  const { dataset, recordIndex, pointer, attempts } = error.context;
  const where = [
    dataset === undefined ? "" : `dataset ${dataset}`,
    recordIndex === undefined ? "" : `record ${recordIndex}`,
    pointer === undefined ? "" : `at ${pointer || "/"}`,
    attempts === undefined ? "" : `after ${counted(attempts, "attempt")}`,
  ].filter((part) => part !== "");
  if (where.length > 0) complain(`  ${where.join(", ")}`);
  const { cause } = error.toJSON() as { readonly cause?: string };
  if (cause !== undefined) complain(`  cause: ${cause}`);
}

/** `1 record`, `2 records`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A name in a column. */
export function column(name: string): string {
  return padded(printable(name), 24);
}
