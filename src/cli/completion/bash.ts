import type { Command } from "../command.ts";
import { type Offer, offerOf } from "./words.ts";

/** A script for bash that needs no other package: complete and compgen only. */
export function bashCompletion(commands: readonly Command[]): string {
  return `# bash completion for portmanteau
_portmanteau() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" operand=0 i
  COMPREPLY=()
  # bash takes --type=access for three words.
  if [[ "$current" == "=" ]]; then current=""; elif [[ "$previous" == "=" ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ -z "$command" ]]; then
      [[ "\${COMP_WORDS[i]}" != -* ]] && command="\${COMP_WORDS[i]}"
    elif [[ "\${COMP_WORDS[i]}" == "=" ]]; then
      ((i++))
    elif [[ "\${COMP_WORDS[i]}" != -* ]] && ! _portmanteau_takes_value "$command" "\${COMP_WORDS[i-1]}"; then
      ((operand++))
    fi
  done
  if [[ -z "$command" ]]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "$command $previous" in
${commands.flatMap((command) => valueCases(command, commands)).join("\n")}
  esac
  if [[ "$current" == -* ]]; then
    case "$command" in
${commands.map(optionsCase).join("\n")}
    esac
    return
  fi
  case "$command $operand" in
${commands.flatMap((command) => operandCases(command, commands)).join("\n")}
  esac
}

_portmanteau_takes_value() {
  case "$1 $2" in
${commands.flatMap(takersCase).join("\n")}
    *) return 1 ;;
  esac
}

complete -F _portmanteau portmanteau
`;
}

function valueCases({ name, options }: Command, commands: readonly Command[]): string[] {
  return Object.entries(options).flatMap(([option, declared]) =>
    declared.type === "boolean" ? [] : [`    "${name} --${option}") ${reply(offerOf(declared, commands))}return ;;`],
  );
}

function takersCase({ name, options }: Command): string[] {
  const takers = Object.entries(options).flatMap(([option, { type }]) =>
    type === "string" ? [`"${name} --${option}"`] : [],
  );
  return takers.length === 0 ? [] : [`    ${takers.join("|")}) return 0 ;;`];
}

function optionsCase({ name, options }: Command): string {
  const words = Object.keys(options).map((option) => `--${option}`);
  return `      ${name}) ${reply(words)};;`;
}

function operandCases({ name, operands = [] }: Command, commands: readonly Command[]): string[] {
  return operands.flatMap((operand, index) => {
    const offer = offerOf(operand, commands);
    return offer === undefined ? [] : [`    "${name} "${operand.repeats ? "*" : index}) ${reply(offer)};;`];
  });
}

/** What fills COMPREPLY. File names may hold spaces: one a line, and bash quotes them. */
function reply(offer: Offer): string {
  if (offer === undefined) return "";
  if (offer === "file" || offer === "folder") {
    const flag = offer === "file" ? "-f" : "-d";
    return `compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen ${flag} -- "$current"); `;
  }
  const noSpace = offer.every((word) => word.endsWith("=")) ? "compopt -o nospace 2>/dev/null; " : "";
  return `${noSpace}COMPREPLY=($(compgen -W "${offer.join(" ")}" -- "$current")); `;
}
