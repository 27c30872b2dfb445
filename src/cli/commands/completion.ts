import { type Command, defineCommand } from "../command.ts";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { zshCompletion } from "../completion/zsh.ts";

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** @param commands all of them, asked for when they are needed: this is one of them */
export function completionCommand(commands: () => readonly Command[]): Command {
  return defineCommand({
    name: "completion",
    summary: "print what lets a shell complete commands, options and their values",
    operands: [{ name: "SHELL", help: "which one", choices: Object.keys(shells) }],
    exitCodes: { 0: "printed", 2: "usage" },
    examples: [
      "source <(portmanteau completion bash)       # in ~/.bashrc",
      "source <(portmanteau completion zsh)        # in ~/.zshrc, after compinit",
      "portmanteau completion fish | source        # in ~/.config/fish/config.fish",
    ],
    async run({ operands: [shell] }) {
      process.stdout.write(shells[shell as keyof typeof shells](commands()));
      return 0;
    },
  });
}
