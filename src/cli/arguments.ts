import { parseArgs } from "node:util";
import type { Declaration, Options, ValueOption } from "./command.ts";
import { shown, usageLines } from "./help.ts";
import { orMeant } from "./nearest.ts";

/** The caller's mistake: exit code 2. */
export class UsageError extends Error {}

type AnyValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

interface Given {
  readonly values: AnyValues;
  readonly operands: readonly string[];
}

/**
 * Parses the arguments of a command. No message quotes an argument or a value: either may be a person's identifier in the wrong place.
 *
 * @throws {UsageError} what does not fit the declaration
 */
export function parse(args: readonly string[], command: Declaration & { readonly options: Options }): Given {
  const { options } = command;
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])),
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | boolean | string[]> = {};
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined || token.rawName !== `--${token.name}`) {
      const typed = (args[token.index] ?? "").replace(/^-+/, "").replace(/=.*$/s, "");
      throw new UsageError(`There is no option ${token.rawName}${orMeant(typed, Object.keys(options), "--")}`);
    }
    if (option.type === "boolean") {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
      values[token.name] = true;
      continue;
    }
    const value = valueIn(token, option);
    const before = values[token.name];
    // The last one would win, and nobody would know of the others.
    if (before !== undefined && !option.multiple) throw new UsageError(`${token.rawName} is given twice.`);
    values[token.name] = option.multiple ? [...((before as string[] | undefined) ?? []), value] : value;
  }
  checkOperands(operands, command);
  for (const [name, option] of Object.entries(options))
    if (option.type === "string" && option.required && values[name] === undefined)
      throw new UsageError(`--${name} is needed: --${name} ${option.value}.`);
  return { values, operands };
}

function valueIn(
  { rawName, value, inlineValue }: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  { value: stands, choices }: ValueOption,
): string {
  const isNext = value !== undefined && inlineValue !== true && /^-./.test(value);
  if (value === undefined || value === "" || isNext)
    throw new UsageError(
      `${rawName} needs a value: ${rawName} ${stands}${isNext ? `; one that begins with - is written ${rawName}=${stands}` : ""}.`,
    );
  if (choices !== undefined && !choices.includes(value))
    throw new UsageError(`${rawName} is one of: ${choices.join(", ")}.`);
  return value;
}

function checkOperands(given: readonly string[], command: Declaration): void {
  const { operands = [] } = command;
  const usage = usageLines(command).join(", or: ");
  if (given.length > operands.length && !operands.at(-1)?.repeats)
    throw new UsageError(`There is an argument that belongs to no option: ${usage}`);
  for (const [index, operand] of operands.entries()) {
    const value = given[index];
    if (value === undefined ? !operand.optional : value === "")
      throw new UsageError(`${shown(operand)} is needed: ${usage}`);
    if (value !== undefined && operand.choices !== undefined && !operand.choices.includes(value))
      throw new UsageError(`${operand.name} is one of: ${operand.choices.join(", ")}.`);
  }
  if (given.includes("")) throw new UsageError(`An argument is empty: ${usage}`);
}
