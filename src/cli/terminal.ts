import { styleText } from "node:util";
import { PortmanteauError } from "../index.ts";

/** What can stand on a terminal in one line. */
export type Style = "red" | "yellow" | "green" | "bold";

/** Control characters and marks that turn the direction of text: a bundle from elsewhere must not steer the terminal that shows it. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text as one harmless line. */
export function printable(text: string): string {
  return text.replace(unprintable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Colours only where somebody looks, and nobody asked for none. */
export function styled(out: NodeJS.WriteStream, style: Style | undefined, text: string): string {
  const plain = style === undefined || out.isTTY !== true || (process.env["NO_COLOR"] ?? "") !== "";
  return plain || process.env["TERM"] === "dumb" ? text : styleText(style, text);
}

/** Prints one line on standard output. */
export function print(line: string, style?: Style): void {
  process.stdout.write(`${styled(process.stdout, style, printable(line))}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints one line on standard error. */
export function complain(line: string, style?: Style): void {
  process.stderr.write(`${styled(process.stderr, style, printable(line))}\n`);
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
  return printable(name).padEnd(24);
}
