import { parse } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { withConfig } from "../load-config.ts";
import { stoppable } from "../stop.ts";
import { column, print, printJson, type Style } from "../terminal.ts";

const styles = { ok: "green", failed: "red", unchecked: undefined } as const satisfies Record<
  string,
  Style | undefined
>;

export const check: Command = {
  summary: "try every source: can it be reached, is its query sound",
  help: `portmanteau check [--config FILE] [--json]

  Exit code: 0 all good, 1 a source failed, 2 usage or configuration, 130 or 143 stopped by SIGINT or SIGTERM.

  Example: portmanteau check --config portmanteau.config.ts`,
  async run(args) {
    const values = parse(args, { config: { type: "string" }, json: { type: "boolean" } });
    return stoppable((signal) =>
      withConfig(values.config, async ({ exporter }) => {
        const results = await exporter.check({ signal });
        signal.throwIfAborted(); // an aborted check shows as failed sources, which they are not
        if (values.json) printJson(results);
        else
          for (const { dataset, status, error } of results)
            print(
              `  ${column(dataset)} ${status}${error === undefined ? "" : ` ${error.code}: ${error.message}`}`,
              styles[status],
            );
        return results.some(({ status }) => status === "failed") ? 1 : 0;
      }),
    );
  },
};
