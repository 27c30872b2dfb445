import { defineCommand } from "../command.ts";
import { configOption, withConfig } from "../load-config.ts";
import { column, print, printJson, printSaying, type Style } from "../terminal.ts";

const styles = { ok: "green", failed: "red", unchecked: undefined } as const satisfies Record<
  string,
  Style | undefined
>;

export const check = defineCommand({
  name: "check",
  summary: "try every source, and the durable spool: can it be reached, is its query sound",
  options: {
    ...configOption,
    json: { type: "boolean", help: "print JSON on standard output: [{ dataset, status, error }]" },
  },
  exitCodes: { 0: "all good", 1: "a source failed", 2: "usage or configuration" },
  examples: ["portmanteau check", "portmanteau check --config config/portmanteau.config.ts --json"],
  async run({ values, signal }) {
    return withConfig(values.config, signal, async ({ exporter }) => {
      const results = await exporter.check({ signal });
      signal.throwIfAborted(); // an aborted check shows as failed sources, which they are not
      if (values.json) printJson(results);
      else
        for (const { dataset, status, error } of results)
          (status === "failed" ? print : printSaying)(
            `  ${column(dataset ?? "durable spool")} ${status}${error === undefined ? "" : ` ${error.code}: ${error.message}`}`,
            styles[status],
          );
      return results.some(({ status }) => status === "failed") ? 1 : 0;
    });
  },
});
