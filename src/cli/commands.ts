import type { Command } from "./command.ts";
import { check } from "./commands/check.ts";
import { completionCommand } from "./commands/completion.ts";
import { coverage } from "./commands/coverage.ts";
import { exportCommand } from "./commands/export.ts";
import { helpCommand } from "./commands/help.ts";
import { init } from "./commands/init.ts";
import { inspect } from "./commands/inspect.ts";
import { keygen } from "./commands/keygen.ts";
import { newCommand } from "./commands/new.ts";
import { plan } from "./commands/plan.ts";
import { progressCommand } from "./commands/progress.ts";
import { purge } from "./commands/purge.ts";
import { resume } from "./commands/resume.ts";
import { types } from "./commands/types.ts";
import { verify } from "./commands/verify.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  init,
  exportCommand,
  resume,
  progressCommand,
  purge,
  plan,
  check,
  coverage,
  inspect,
  verify,
  keygen,
  newCommand,
  types,
  completionCommand(() => commands),
  helpCommand(() => commands),
];
