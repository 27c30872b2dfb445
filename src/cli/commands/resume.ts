import { parseWithRequest, UsageError } from "../arguments.ts";
import { bundleHelp, bundleOptions, bundleTarget, exitCodesHelp } from "../bundle-options.ts";
import type { Command } from "../commands.ts";
import { durableHelp, durableOptions, goingOn, requireDurable } from "../durable.ts";
import { withConfig } from "../load-config.ts";
import { progress } from "../progress.ts";
import { stoppable } from "../stop.ts";

export const resume: Command = {
  summary: "go on with an export that was interrupted",
  help: `portmanteau resume ID --spool DIR --out FILE [options]

  ID                    id of the request, as it was given to portmanteau export --request; all else of the request is in
                        the spool
  --config FILE         default: portmanteau.config.ts (or .mts, .js, .mjs) here; it must be as it was
  --json                print JSON on standard output, and nothing else there
${durableHelp}
${bundleHelp}

  With the same options the bundle is the one that the export would have written, byte for byte, unless it is encrypted.

${exitCodesHelp}

  Example: portmanteau resume 0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77 --spool spool --out bundle.zip`,
  async run(args) {
    const { values, requestId } = parseWithRequest(args, {
      ...bundleOptions,
      ...durableOptions,
      config: { type: "string" },
    });
    if (requestId === undefined) throw new UsageError("The ID of the request is needed.");
    const { options, print } = await bundleTarget(values);
    return stoppable((signal) =>
      withConfig(values.config, async ({ exporter }) => {
        const durable = await requireDurable(exporter, values);
        return goingOn(durable, requestId, () =>
          print(durable.resume(requestId, { ...options, signal, onEvent: progress(process.stderr) })),
        );
      }),
    );
  },
};
