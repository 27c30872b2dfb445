import type { Command, Declaration, Operand, Option } from "./command.ts";
import { signalCodes } from "./stop.ts";
import { clipped, padded, wrapped } from "./text-width.ts";

/** Wider lines are hard to read; where nobody looks the text does not depend on who looks. */
const widest = 100;
const usual = 80;
const narrowest = 40;

/** `portmanteau inspect FILE [options]`; more than one when the command says so itself. */
export function usageLines({ name, usage, operands = [], options = {} }: Declaration): readonly string[] {
  if (usage !== undefined) return usage.map((rest) => `portmanteau ${name} ${rest}`);
  const needed = Object.entries(options).flatMap(([name, option]) =>
    option.type === "string" && option.required ? [`--${name} ${option.value}`] : [],
  );
  return [["portmanteau", name, ...operands.map(inUsage), ...needed, "[options]"].join(" ")];
}

function inUsage(operand: Operand): string {
  const text = `${shown(operand)}${operand.repeats ? "..." : ""}`;
  return operand.optional ? `[${text}]` : text;
}

/** An operand as it stands in the usage. */
export function shown({ name, choices }: Operand): string {
  return choices === undefined ? name : choices.join("|");
}

/** The help of one command. @param columns the terminal's width; nothing where there is none */
export function commandHelp(command: Command, columns?: number): string {
  const { summary, operands = [], options, notes = [], exitCodes, examples } = command;
  const width = widthFor(columns);
  const [first, ...more] = usageLines(command);
  const rows = [
    ...operands.map((operand) => [shown(operand), operand.help] as const),
    ...Object.entries(options).map(([name, option]) => [optionHead(name, option), optionHelp(option)] as const),
  ];
  const signals = Object.values(signalCodes).join(", ");
  const names = Object.keys(signalCodes);
  const codes = [
    ...Object.entries(exitCodes),
    [
      signals,
      `stopped by ${names.slice(0, -1).join(", ")} or ${names.at(-1)}; the second signal ends it at once`,
    ] as const,
  ];
  return [
    [`Usage: ${first}`, ...more.map((line) => `       ${line}`)].join("\n"),
    wrapped(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`, width).join("\n"),
    table(rows, width),
    ...notes.map((note) => wrapped(note, width).join("\n")),
    `Exit codes:\n${table(codes, width)}`,
    `Examples:\n${examples.map((line) => `  ${line}`).join("\n")}`,
  ].join("\n\n");
}

/** The list of commands. */
export function overview(commands: readonly Command[], columns?: number): string {
  return [
    "Usage: portmanteau COMMAND [options]",
    "One person's data, as one bundle.",
    table(
      commands.map(({ name, summary }) => [name, summary]),
      widthFor(columns),
    ),
    "portmanteau help COMMAND has a command's options, exit codes and examples.\nportmanteau --version prints the version.",
  ].join("\n\n");
}

function widthFor(columns = 0): number {
  return columns > 0 ? Math.min(Math.max(columns - 1, narrowest), widest) : usual;
}

function optionHead(name: string, option: Option): string {
  return option.type === "boolean" ? `--${name}` : `--${name} ${option.value}`;
}

function optionHelp(option: Option): string {
  if (option.type === "boolean") return option.help;
  const { help, choices, required, multiple, default: otherwise } = option;
  const facts = [
    choices === undefined ? "" : `one of ${choices.join(", ")}`,
    multiple ? "may be repeated" : "",
    required ? "needed" : "",
    otherwise === undefined ? "" : `default: ${otherwise}`,
  ].filter((fact) => fact !== "");
  return facts.length === 0 ? help : `${help} (${facts.join("; ")})`;
}

/** Two columns; a head that is too long for its column has a line of its own. */
function table(rows: readonly (readonly [head: string, text: string])[], width: number): string {
  const longest = Math.max(...rows.map(([head]) => head.length));
  const indent = Math.min(longest, 24, Math.floor(width / 3)) + 4;
  return rows
    .flatMap(([head, text]) => {
      const lines = wrapped(text, width - indent);
      const isOwn = head.length + 4 > indent;
      const top = isOwn ? [`  ${clipped(head, width - 2)}`] : [padded(`  ${head}`, indent) + (lines.shift() ?? "")];
      return [...top, ...lines.map((line) => " ".repeat(indent) + line)];
    })
    .join("\n");
}
