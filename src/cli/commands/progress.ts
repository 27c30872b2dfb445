import { PortmanteauError } from "../../index.ts";
import { parseWithRequest, UsageError } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { durableHelp, durableOptions, requireDurable, standing } from "../durable.ts";
import { withConfig } from "../load-config.ts";
import { column, counted, print, printJson } from "../terminal.ts";

export const progressCommand: Command = {
  summary: "say how far a request in a spool is",
  help: `portmanteau progress ID --spool DIR [--json]

  ID                    id of the request
  --config FILE         default: portmanteau.config.ts (or .mts, .js, .mjs) here
${durableHelp}
  --json                print JSON on standard output, and nothing else there

  Exit code: 0 told, 1 failed, 2 usage or configuration, or the request is not in the spool.

  Example: portmanteau progress 0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77 --spool spool`,
  async run(args) {
    const { values, requestId } = parseWithRequest(args, {
      ...durableOptions,
      config: { type: "string" },
      json: { type: "boolean" },
    });
    if (requestId === undefined) throw new UsageError("The ID of the request is needed.");
    return withConfig(values.config, async ({ exporter }) => {
      const durable = await requireDurable(exporter, values);
      const there = await durable.progress(requestId);
      if (there === undefined) throw new PortmanteauError("REQUEST_UNKNOWN", "The spool holds no request of this ID.");
      if (values.json) {
        printJson(there);
        return 0;
      }
      print(`${there.requestType}, begun ${there.createdAt}, due ${there.dueAt}`, "bold");
      for (const { dataset, partition, state, records, expected } of there.parts) {
        const name = partition === undefined ? dataset : `${dataset}.${partition}`;
        const of = expected === null ? "" : `, ${expected} expected${partition === undefined ? "" : " in all"}`;
        print(`  ${column(name)} ${state.padEnd(8)} ${counted(records, "record")}${of}`);
      }
      print(`${standing(there)}.`);
      return 0;
    });
  },
};
