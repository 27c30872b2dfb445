import { PortmanteauError } from "../../index.ts";
import { parseWithRequest, UsageError } from "../arguments.ts";
import type { Command } from "../commands.ts";
import { durableHelp, durableOptions, requireDurable } from "../durable.ts";
import { withConfig } from "../load-config.ts";
import { counted, print } from "../terminal.ts";

export const purge: Command = {
  summary: "remove what a spool holds of a request, or of all whose time is over",
  help: `portmanteau purge ID --spool DIR
portmanteau purge --expired --spool DIR

  ID                    id of the request: everything of it is removed, delivered or not. Its bundles are left alone
  --expired             every request whose time is over (30 days, or keepMs of the configuration), and what interrupted
                        purges have left
  --config FILE         default: portmanteau.config.ts (or .mts, .js, .mjs) here
${durableHelp}

  Exit code: 0 purged, or there was nothing, 1 failed, 2 usage or configuration.

  Example: portmanteau purge 0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77 --spool spool`,
  async run(args) {
    const { values, requestId } = parseWithRequest(args, {
      ...durableOptions,
      config: { type: "string" },
      expired: { type: "boolean" },
    });
    const { expired = false } = values;
    if ((requestId !== undefined) === expired) throw new UsageError("Give either the ID of a request, or --expired.");
    return withConfig(values.config, async ({ exporter }) => {
      const durable = await requireDurable(exporter, values);
      if (requestId === undefined) {
        print(`Purged: ${counted(await durable.purgeExpired(), "request")} whose time was over.`);
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
      await durable.purge(requestId);
      print(
        wasThere ? "Purged: nothing of the request is left in the spool." : "The spool holds no request of this ID.",
      );
      return 0;
    });
  },
};
