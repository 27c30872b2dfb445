import { defineCommand } from "../command.ts";
import { withConfig } from "../load-config.ts";
import { requestFrom, requestOptions } from "../request-options.ts";
import { column, counted, print, printJson } from "../terminal.ts";

export const plan = defineCommand({
  name: "plan",
  summary: "say what would be in a bundle, what out, and why; reads nothing",
  usage: ["--subject ID [options]"],
  options: {
    ...requestOptions,
    json: { type: "boolean", help: "print the plan as JSON on standard output" },
  },
  exitCodes: { 0: "planned", 2: "usage or configuration" },
  examples: [
    "portmanteau plan --subject cus_42 --type portability",
    "portmanteau plan --identity email=ada@example.org --json",
  ],
  async run({ values, signal }) {
    const request = requestFrom(values);
    return withConfig(values.config, signal, async ({ exporter }) => {
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
});
