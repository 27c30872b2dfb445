/**
 * What a command is, stated once: its parsing, its help and its completion are all made of this, so that they cannot disagree.
 *
 *   export const greet = defineCommand({
 *     name: "greet",
 *     summary: "say hello",
 *     operands: [{ name: "NAME", help: "whom to greet" }],
 *     options: { loud: { type: "boolean", help: "in capitals" } },
 *     exitCodes: { 0: "said" },
 *     examples: ["portmanteau greet Zoë"],
 *     async run({ values: { loud }, operands: [name = ""] }) { print(loud ? name.toUpperCase() : name); return 0; },
 *   });
 */
import { parse } from "./arguments.ts";
import { beQuiet } from "./terminal.ts";

/** What the shell offers where this is typed: files, folders, names of commands, or these words. */
export type Completion = "file" | "folder" | "command" | readonly string[];

export interface Flag {
  readonly type: "boolean";
  readonly help: string;
}

export interface ValueOption {
  readonly type: "string";
  /** Stands for the value in the help: FILE, SIZE. */
  readonly value: string;
  readonly help: string;
  /** What it is when it is not given, in the help's words. */
  readonly default?: string;
  readonly required?: true;
  readonly multiple?: true;
  /** All that it may be. */
  readonly choices?: readonly string[];
  readonly completes?: Completion;
}

export type Option = Flag | ValueOption;
export type Options = Readonly<Record<string, Option>>;

/** An argument that belongs to no option. */
export interface Operand {
  readonly name: string;
  readonly help: string;
  readonly optional?: true;
  /** May be several; the last operand only. */
  readonly repeats?: true;
  readonly choices?: readonly string[];
  readonly completes?: Completion;
}

type Value<T extends Option> = T extends { readonly type: "boolean" }
  ? boolean
  : T extends { readonly multiple: true }
    ? readonly string[]
    : T extends { readonly choices: readonly (infer Choice)[] }
      ? Choice
      : string;

/** What was given: a yes, a text, one of the choices or several texts, as each option says. */
export type Values<T extends Options> = {
  readonly [K in keyof T as T[K] extends { readonly required: true } ? never : K]?: Value<T[K]>;
} & { readonly [K in keyof T as T[K] extends { readonly required: true } ? K : never]: Value<T[K]> };

export interface Given<T extends Options> {
  readonly values: Values<T>;
  readonly operands: readonly string[];
  /** Aborted when the process is to stop: see stop.ts. */
  readonly signal: AbortSignal;
}

/** The part of a command that is no code. */
export interface Declaration {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What stands after the command's name; made of operands and options when it is not given. */
  readonly usage?: readonly string[];
  readonly operands?: readonly Operand[];
  readonly options?: Options;
  /** Paragraphs of the help, after the options. */
  readonly notes?: readonly string[];
  /** But those of signals, which all commands have. */
  readonly exitCodes: Readonly<Record<number, string>>;
  readonly examples: readonly string[];
}

export interface Command extends Declaration {
  readonly options: Options;
  /** @returns the exit code. @throws {UsageError} for arguments that do not fit the declaration */
  run(args: readonly string[], signal: AbortSignal): Promise<number>;
}

/** Options of every command. */
const everyCommand = {
  quiet: { type: "boolean", help: "no progress, notes or summary: only what was asked for, and what is wrong" },
  help: { type: "boolean", help: "print this; also -h, and portmanteau help COMMAND" },
} as const satisfies Options;

export function defineCommand<const T extends Options>(
  declaration: Declaration & { readonly options?: T; run(given: Given<T>): Promise<number> },
): Command {
  const options = { ...declaration.options, ...everyCommand };
  const command = { ...declaration, options };
  return {
    ...command,
    async run(args, signal) {
      const { values, operands } = parse(args, command);
      if (values["quiet"] === true) beQuiet();
      return declaration.run({ values: values as Values<T>, operands, signal });
    },
  };
}
