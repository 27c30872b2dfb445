import {
  type DurableExporter,
  type ExportOptions,
  type ExportReport,
  type ExportRequest,
  PortmanteauError,
} from "../../index.ts";
import { parse, UsageError } from "../arguments.ts";
import { bundleHelp, bundleOptions, bundleTarget, exitCodesHelp } from "../bundle-options.ts";
import type { Command } from "../commands.ts";
import { durableHelp, durableOf, durableOptions, goingOn } from "../durable.ts";
import { withConfig } from "../load-config.ts";
import { progress } from "../progress.ts";
import { requestFrom, requestHelp, requestOptions } from "../request-options.ts";
import { stoppable } from "../stop.ts";
import { complain } from "../terminal.ts";

export const exportCommand: Command = {
  summary: "collect one person's data and write the bundle",
  help: `portmanteau export --subject ID --out FILE [options]

${requestHelp}
${bundleHelp}
${durableHelp}
  --restart             with a spool: when the configuration has changed since the request was begun, begin it anew

  With a spool, --request is needed. The same command again goes on where it stopped, and gives the identical bundle; so
  does portmanteau resume. What was collected is kept for 30 days, or until portmanteau purge.

${exitCodesHelp}

  Example: portmanteau export --config portmanteau.config.ts --subject cus_42 --type portability --out bundle.zip
  Example: portmanteau export --subject cus_42 --encrypt-to age1… --out bundle.zip.age
  Example: portmanteau export --subject cus_42 --request 0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77 --spool spool --out bundle.zip`,
  async run(args) {
    const values = parse(args, {
      ...requestOptions,
      ...bundleOptions,
      ...durableOptions,
      restart: { type: "boolean" },
    });
    const request = requestFrom(values);
    const { options: target, print } = await bundleTarget(values);
    return stoppable((signal) =>
      withConfig(values.config, async ({ exporter }) => {
        const durable = await durableOf(exporter, values);
        if (durable !== undefined && values.request === undefined)
          throw new UsageError("--request is needed with a spool: the UUID under which the export goes on.");
        if (durable === undefined && values.restart) throw new UsageError("--restart is for exports with --spool.");
        const options = { ...target, signal, onEvent: progress(process.stderr) };
        if (durable === undefined) return print(exporter.export(request, options));
        return goingOn(durable, request.id, () => print(exportOrRestart(durable, request, options, values.restart)));
      }),
    );
  },
};

async function exportOrRestart(
  durable: DurableExporter,
  request: ExportRequest,
  options: ExportOptions,
  restart = false,
): Promise<ExportReport> {
  try {
    return await durable.export(request, options);
  } catch (error) {
    if (!restart || !PortmanteauError.is(error) || error.code !== "RESUME_REFUSED") throw error;
    complain("note: the configuration has changed: the request is begun anew.", "yellow");
    await durable.purge(request.id);
    return durable.export(request, options);
  }
}
