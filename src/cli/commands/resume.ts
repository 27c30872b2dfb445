import { bundleExitCodes, bundleOptions, bundleTarget, progressNote } from "../bundle-options.ts";
import { defineCommand } from "../command.ts";
import { durableOptions, exampleId, goingOn, requestOperand, requireDurable } from "../durable.ts";
import { configOption, withConfig } from "../load-config.ts";
import { withProgress } from "../progress.ts";

export const resume = defineCommand({
  name: "resume",
  summary: "go on with an export that was interrupted",
  usage: ["ID --spool DIR --out FILE [options]"],
  operands: [
    {
      ...requestOperand,
      help: "id of the request, as it was given to portmanteau export --request; all else of the request is in the spool",
    },
  ],
  options: { ...configOption, ...bundleOptions, ...durableOptions },
  notes: [
    "The configuration must be as it was. With the same options the bundle is the one that the export would have written, byte for byte, unless it is encrypted.",
    progressNote,
  ],
  exitCodes: bundleExitCodes,
  examples: [`portmanteau resume ${exampleId} --spool spool --out bundle.zip`],
  async run({ values, operands: [requestId = ""], signal }) {
    const { options, print } = await bundleTarget(values);
    return withConfig(values.config, signal, async ({ exporter }) => {
      const durable = await requireDurable(exporter, values);
      return goingOn(durable, requestId, (there) =>
        print(withProgress(there, (onEvent) => durable.resume(requestId, { ...options, signal, onEvent }))),
      );
    });
  },
});
