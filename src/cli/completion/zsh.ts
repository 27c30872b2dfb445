import type { Command } from "../command.ts";
import { brief, type Offer, offerOf } from "./words.ts";

/** A script for zsh: to be sourced after compinit, or put as _portmanteau in a folder of fpath. */
export function zshCompletion(commands: readonly Command[]): string {
  return `#compdef portmanteau
_portmanteau() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
  )
  local -a flags=('--help:list the commands' '--version:print the version')
  if (( CURRENT == 2 )); then
    _describe command commands -- flags
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${commands.map((command) => commandCase(command, commands)).join("\n")}
  esac
}

if [[ "$funcstack[1]" == "_portmanteau" ]]; then
  _portmanteau "$@"
else
  compdef _portmanteau portmanteau
fi
`;
}

function commandCase({ name, options, operands = [] }: Command, commands: readonly Command[]): string {
  const specs = [
    ...Object.entries(options).map(([option, declared]) => {
      const isMultiple = declared.type === "string" && declared.multiple;
      const value =
        declared.type === "string" ? `:${escaped(declared.value)}:${action(offerOf(declared, commands))}` : "";
      const equals = declared.type === "string" ? "=" : "";
      return `${isMultiple ? "*" : ""}--${option}${equals}[${escaped(brief(declared.help))}]${value}`;
    }),
    ...operands.map((operand, index) => {
      const place = operand.repeats ? "*" : `${index + 1}`;
      const optional = operand.optional ? ":" : "";
      return `${place}:${optional}${escaped(operand.name)}:${action(offerOf(operand, commands))}`;
    }),
  ];
  return `    ${name})\n      _arguments ${specs.map(quoted).join(" ")} ;;`;
}

function action(offer: Offer): string {
  if (offer === undefined) return "";
  if (offer === "file") return "_files";
  if (offer === "folder") return "_files -/";
  if (offer.every((word) => word.endsWith("="))) return `{compadd -S "" -- ${offer.join(" ")}}`;
  return `(${offer.join(" ")})`;
}

/** What _arguments would take for its own marks. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
