import type { Command, Completion, Operand, Option } from "../command.ts";

/** What can stand as a value: words, or what the shell finds. */
export type Offer = "file" | "folder" | readonly string[] | undefined;

/** What a shell offers for the value of an option; nothing for a flag, which has none. */
export function offerOf({ choices, completes }: Partial<Operand & Option>, commands: readonly Command[]): Offer {
  return choices ?? resolved(completes, commands);
}

function resolved(completes: Completion | undefined, commands: readonly Command[]): Offer {
  return completes === "command" ? commands.map(({ name }) => name) : completes;
}

/** The option's help in a few words: up to the first mark. */
export function brief(help: string): string {
  return help.split(/[.:;,({[]/, 1)[0]?.trim() ?? "";
}
