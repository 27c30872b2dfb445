import { parse } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { withConfig } from "../load-config.ts";
import { requestFrom, requestHelp, requestOptions } from "../request-options.ts";
import { column, counted, print, printJson } from "../terminal.ts";

export const plan: Command = {
  summary: "say what would be in a bundle, what out, and why; reads nothing",
  help: `portmanteau plan --subject ID [options]

${requestHelp}

  Exit code: 0 planned, 2 usage or configuration.

  Example: portmanteau plan --subject cus_42 --type portability`,
  async run(args) {
    const values = parse(args, requestOptions);
    const request = requestFrom(values);
    return withConfig(values.config, async ({ exporter }) => {
      const planned = exporter.plan(request);
      if (values.json) {
        printJson(planned);
        return 0;
      }
      const scope = planned.portabilityScope === null ? "" : ` (${planned.portabilityScope})`;
      print(`${planned.requestType}${scope}, due ${planned.dueAt}`, "bold");
      for (const { name, decision, reason, fields, withheld } of planned.datasets) {
        const what = decision === "collect" ? `in, ${counted(fields.length, "field")}` : `${decision}: ${reason}`;
        print(`  ${column(name)} ${what}`);
        for (const { pointer, reason, basis } of withheld)
          print(`    withheld ${pointer} (${reason}${basis === undefined ? "" : `, ${basis}`})`);
      }
      for (const { what, reason, basis } of planned.excluded)
        print(`  excluded: ${what} (${reason}${basis === undefined ? "" : `, ${basis}`})`);
      return 0;
    });
  },
};
