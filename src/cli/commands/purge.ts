import { PortmanteauError } from "../../index.ts";
import { UsageError } from "../arguments.ts";
import { defineCommand } from "../command.ts";
import { durableOptions, exampleId, requestOperand, requireDurable } from "../durable.ts";
import { configOption, withConfig } from "../load-config.ts";
import { orStopped } from "../stop.ts";
import { counted, printSaying } from "../terminal.ts";

export const purge = defineCommand({
  name: "purge",
  summary: "remove what a spool holds of a request, or of all whose time is over",
  usage: ["ID --spool DIR [options]", "--expired --spool DIR [options]"],
  operands: [
    {
      ...requestOperand,
      help: "id of the request: everything of it is removed, delivered or not. Its bundles are left alone",
      optional: true,
    },
  ],
  options: {
    expired: {
      type: "boolean",
      help: "every request whose time is over (30 days, or keepMs of the configuration), and what interrupted purges have left",
    },
    ...configOption,
    ...durableOptions,
  },
  exitCodes: { 0: "purged, or there was nothing", 1: "failed", 2: "usage or configuration" },
  examples: [`portmanteau purge ${exampleId} --spool spool`, "portmanteau purge --expired --spool spool"],
  async run({ values, operands: [requestId], signal }) {
    const { expired = false } = values;
    if ((requestId !== undefined) === expired) throw new UsageError("Give either the ID of a request, or --expired.");
    return withConfig(values.config, signal, async ({ exporter }) => {
      const durable = await requireDurable(exporter, values);
      if (requestId === undefined) {
        printSaying(
          `Purged: ${counted(await orStopped(signal, durable.purgeExpired()), "request")} whose time was over.`,
        );
        return 0;
      }
      const wasThere = await durable.progress(requestId).then(
        (there) => there !== undefined,
        // What cannot be read can be removed all the same.
        (error) => {
          if (PortmanteauError.is(error) && error.code === "JOURNAL_CORRUPT") return true;
          throw error;
        },
      );
      await orStopped(signal, durable.purge(requestId)); // what it leaves when it is stopped goes with --expired
      printSaying(
        wasThere ? "Purged: nothing of the request is left in the spool." : "The spool holds no request of this ID.",
      );
      return 0;
    });
  },
});
