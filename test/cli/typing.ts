import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { emptyFolder } from "../support/exporting.ts";

/** Keys that a person presses, as the terminal sends them. */
export const keys = { tab: "\t", enter: "\r", all: "\u001b*" };

const prompt = "type here:";
/** What compinit of zsh finds; looking for it takes seconds. */
const zshDump = join(emptyFolder(), "zcompdump");

/** How each shell begins: nothing of the user's, a prompt that is known, and `all`, which inserts every match at once. */
const shells = {
  bash: { command: "bash --norc --noprofile -i", setUp: `PS1='${prompt} '; bind 'set enable-bracketed-paste off'` },
  zsh: {
    command: "zsh -f -i",
    setUp: `PS1='${prompt} '; unsetopt prompt_sp
autoload -Uz compinit && compinit -u -d ${zshDump}
zle -C all complete-word _generic && bindkey '\\e*' all
zstyle ':completion:*' insert true; zstyle ':completion:all*' completer _all_matches _complete`,
  },
  fish: { command: "fish --no-config -i", setUp: `function fish_prompt; echo -n '${prompt} '; end` },
};

export interface Typing {
  /** A file that the shell has read before the first line. */
  readonly script: string;
  readonly cwd: string;
}

/**
 * Types each line into a real shell on a terminal of its own, presses Enter, and gives the words that `portmanteau` was then called with.
 * A line that never calls it never ends.
 */
export function typed(
  shell: keyof typeof shells,
  lines: readonly string[],
  { script, cwd }: Typing,
): Promise<readonly string[][]> {
  const home = emptyFolder();
  mkdirSync(join(home, "bin"));
  const program = join(home, "bin/portmanteau");
  writeFileSync(
    program,
    `#!/bin/sh\nprintf '\\036'\nfor word in "$@"; do printf '%s\\037' "$word"; done\nprintf '\\036'\n`,
  );
  chmodSync(program, 0o755);
  const { command, setUp } = shells[shell];
  writeFileSync(join(home, "set-up"), `${setUp}\n${script}\n`);
  // `script` gives it the terminal, which has no size of its own.
  const inside = `stty cols 200 rows 50; exec ${command}`;
  const child = spawn("script", ["-qefc", inside, "/dev/null"], {
    cwd,
    env: {
      HOME: home,
      LANG: "C.UTF-8",
      TERM: "xterm",
      SHELL: "/bin/sh",
      PATH: [join(home, "bin"), process.env["PATH"]].join(delimiter),
    },
  });
  return new Promise((resolve, reject) => {
    const waiting = [`source ${join(home, "set-up")} && portmanteau`, ...lines];
    let screen = "";
    let told = 0;
    const next = () => child.stdin.write(`${waiting.shift()}${keys.enter}`);
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`${shell} ended with ${code}:\n${screen}`)));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      screen += text;
      const ended = (screen.split("\u001e").length - 1) / 2;
      if (ended < told + 1 || !screen.slice(screen.lastIndexOf("\u001e")).includes(prompt)) return;
      told = ended;
      if (waiting.length > 0) return void next();
      child.removeAllListeners("close");
      child.stdin.end();
      child.kill();
      const calls = screen.split("\u001e").filter((_, index) => index % 2 === 1);
      resolve(calls.slice(1).map((call) => call.split("\u001f").slice(0, -1)));
    });
    next();
  });
}
