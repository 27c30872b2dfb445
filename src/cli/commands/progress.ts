import { PortmanteauError } from "../../index.ts";
import { defineCommand } from "../command.ts";
import { durableOptions, exampleId, requestOperand, requireDurable, standing } from "../durable.ts";
import { configOption, withConfig } from "../load-config.ts";
import { orStopped } from "../stop.ts";
import { column, counted, print, printJson } from "../terminal.ts";

export const progressCommand = defineCommand({
  name: "progress",
  summary: "say how far a request in a spool is",
  usage: ["ID --spool DIR [options]"],
  operands: [requestOperand],
  options: {
    ...configOption,
    ...durableOptions,
    json: { type: "boolean", help: "print it as JSON on standard output" },
  },
  exitCodes: { 0: "told", 1: "failed", 2: "usage or configuration, or the request is not in the spool" },
  examples: [`portmanteau progress ${exampleId} --spool spool`],
  async run({ values, operands: [requestId = ""], signal }) {
    return withConfig(values.config, signal, async ({ exporter }) => {
      const durable = await requireDurable(exporter, values);
      const there = await orStopped(signal, durable.progress(requestId));
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
});
