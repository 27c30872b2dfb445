import {
  type DurableExporter,
  type ExportOptions,
  type ExportReport,
  type ExportRequest,
  PortmanteauError,
} from "../../index.ts";
import { UsageError } from "../arguments.ts";
import { bundleExitCodes, bundleOptions, bundleTarget, progressNote } from "../bundle-options.ts";
import { defineCommand } from "../command.ts";
import { durableOf, durableOptions, exampleId, goingOn } from "../durable.ts";
import { withConfig } from "../load-config.ts";
import { withProgress } from "../progress.ts";
import { requestFrom, requestOptions } from "../request-options.ts";
import { note } from "../terminal.ts";

export const exportCommand = defineCommand({
  name: "export",
  summary: "collect one person's data and write the bundle",
  usage: ["--subject ID --out FILE [options]"],
  options: {
    ...requestOptions,
    ...bundleOptions,
    ...durableOptions,
    restart: {
      type: "boolean",
      help: "with a spool: when the configuration has changed since the request was begun, begin it anew",
    },
  },
  notes: [
    "With a spool, --request is needed. The same command again goes on where it stopped, and gives the identical bundle; so does portmanteau resume. What was collected is kept for 30 days, or until portmanteau purge.",
    progressNote,
  ],
  exitCodes: bundleExitCodes,
  examples: [
    "portmanteau export --subject cus_42 --type portability --out bundle.zip",
    "portmanteau export --subject cus_42 --encrypt-to age1… --out bundle.zip.age",
    `portmanteau export --subject cus_42 --request ${exampleId} --spool spool --out bundle.zip`,
  ],
  async run({ values, signal }) {
    const request = requestFrom(values);
    const { options: target, print } = await bundleTarget(values);
    return withConfig(values.config, signal, async ({ exporter }) => {
      const durable = await durableOf(exporter, values);
      if (durable !== undefined && values.request === undefined)
        throw new UsageError("--request is needed with a spool: the UUID under which the export goes on.");
      if (durable === undefined && values.restart) throw new UsageError("--restart is for exports with --spool.");
      if (durable === undefined)
        return print(withProgress(undefined, (onEvent) => exporter.export(request, { ...target, signal, onEvent })));
      return goingOn(durable, request.id, (there) =>
        print(
          withProgress(there, (onEvent) =>
            exportOrRestart(durable, request, { ...target, signal, onEvent }, values.restart),
          ),
        ),
      );
    });
  },
});

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
    note("note: the configuration has changed: the request is begun anew.", "yellow");
    await durable.purge(request.id);
    return durable.export(request, options);
  }
}
