import type { Command } from "../command.ts";
import { brief, type Offer, offerOf } from "./words.ts";

/** A script for fish. */
export function fishCompletion(commands: readonly Command[]): string {
  const lines = commands.flatMap(({ name, summary, options, operands = [] }) => [
    `complete -c portmanteau -n '__portmanteau_command' -f -a ${name} -d ${quoted(summary)}`,
    ...Object.entries(options).map(([option, declared]) => {
      const value = declared.type === "string" ? ` ${valueFlags(offerOf(declared, commands))}` : "";
      return `complete -c portmanteau -n '__portmanteau_command ${name}' -l ${option}${value} -d ${quoted(brief(declared.help))}`;
    }),
    ...operands.flatMap((operand, index) => {
      const offer = offerOf(operand, commands);
      if (offer === undefined) return [];
      const place = operand.repeats ? "" : `; and test (__portmanteau_operands) -eq ${index}`;
      return [`complete -c portmanteau -n '__portmanteau_command ${name}${place}' ${argumentOf(offer)}`];
    }),
  ]);
  return `# fish completion for portmanteau
function __portmanteau_command
  # Whether the command is this one; without a name, whether there is none yet.
  set -l words (commandline -opc)
  test "$words[2]" = "$argv[1]"
end
function __portmanteau_operands
  # The words after the command that begin with no dash.
  set -l words (commandline -opc)
  count (string match -v -- '-*' $words[3..-1])
end
complete -c portmanteau -f
complete -c portmanteau -n '__portmanteau_command' -l help -d 'list the commands'
complete -c portmanteau -n '__portmanteau_command' -l version -d 'print the version'
${lines.join("\n")}
`;
}

function valueFlags(offer: Offer): string {
  return offer === undefined ? "-x" : `-r ${argumentOf(offer)}`;
}

function argumentOf(offer: NonNullable<Offer>): string {
  if (offer === "file") return "-F";
  if (offer === "folder") return "-f -a '(__fish_complete_directories)'";
  return `-f -a ${quoted(offer.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
