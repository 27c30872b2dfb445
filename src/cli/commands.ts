import { check } from "./commands/check.ts";
import { coverage } from "./commands/coverage.ts";
import { exportCommand } from "./commands/export.ts";
import { inspect } from "./commands/inspect.ts";
import { keygen } from "./commands/keygen.ts";
import { newCommand } from "./commands/new.ts";
import { plan } from "./commands/plan.ts";
import { progressCommand } from "./commands/progress.ts";
import { purge } from "./commands/purge.ts";
import { resume } from "./commands/resume.ts";
import { types } from "./commands/types.ts";
import { verify } from "./commands/verify.ts";

export interface Command {
  readonly summary: string;
  readonly help: string;
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

/** Every command, by the name it is called by. */
export const commands: Readonly<Record<string, Command>> = {
  export: exportCommand,
  resume,
  progress: progressCommand,
  purge,
  plan,
  check,
  coverage,
  inspect,
  verify,
  keygen,
  new: newCommand,
  types,
};
