import { parseArgs } from "node:util";

/** The caller's mistake: exit code 2. */
export class UsageError extends Error {}

type Options = Readonly<Record<string, { readonly type: "string" | "boolean"; readonly multiple?: boolean }>>;

/** What was given: a text, a yes, or several texts, as each option says. */
export type Values<T extends Options> = {
  readonly [K in keyof T]?: T[K] extends { readonly multiple: true }
    ? string[]
    : T[K]["type"] extends "string"
      ? string
      : boolean;
};

/** Parses the arguments of a command that takes options only; what it does not know is a {@link UsageError}. */
export function parse<const T extends Options>(args: readonly string[], options: T): Values<T> {
  const { values, positionals } = parseAll(args, options);
  if (positionals.length > 0) throw new UsageError("There is an argument that belongs to no option.");
  return values;
}

/** Parses the arguments of a command that takes exactly one file. */
export function parseWithFile<const T extends Options>(
  args: readonly string[],
  options: T,
): { readonly values: Values<T>; readonly file: string } {
  const { values, positionals } = parseAll(args, options);
  const [file, ...more] = positionals;
  if (file === undefined || file === "" || more.length > 0) throw new UsageError("Exactly one FILE is needed.");
  return { values, file };
}

/** Parses the arguments of a command that takes one file or several. */
export function parseWithFiles<const T extends Options>(
  args: readonly string[],
  options: T,
): { readonly values: Values<T>; readonly files: readonly string[] } {
  const { values, positionals } = parseAll(args, options);
  if (positionals.length === 0 || positionals.includes("")) throw new UsageError("A FILE is needed.");
  return { values, files: positionals };
}

/** Parses the arguments of a command that takes the id of a request, or none. */
export function parseWithRequest<const T extends Options>(
  args: readonly string[],
  options: T,
): { readonly values: Values<T>; readonly requestId: string | undefined } {
  const { values, positionals } = parseAll(args, options);
  const [requestId, ...more] = positionals;
  if (requestId === "" || more.length > 0) throw new UsageError("One ID is needed: that of a request.");
  return { values, requestId };
}

export function required(value: string | undefined, name: string): string {
  if (value === undefined || value === "") throw new UsageError(`--${name} is needed.`);
  return value;
}

function parseAll<const T extends Options>(
  args: readonly string[],
  options: T,
): { readonly values: Values<T>; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values: values as Values<T>, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
