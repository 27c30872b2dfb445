import { randomUUID } from "node:crypto";
import { fileDelivery } from "../deliveries/file.ts";
import { type ExportReport, type ExportRequest, openBundle, PortmanteauError, verifyBundle } from "../index.ts";
import { oneFile, parse, required, UsageError } from "./arguments.ts";
import { withConfig } from "./load-config.ts";
import { progress } from "./progress.ts";

export interface Command {
  readonly summary: string;
  readonly help: string;
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

const print = (text: string) => void process.stdout.write(`${text}\n`);
const printJson = (value: unknown) => print(JSON.stringify(value, null, 2));

const requestOptions = {
  config: { type: "string" },
  subject: { type: "string" },
  identity: { type: "string", multiple: true },
  type: { type: "string" },
  request: { type: "string" },
  "received-at": { type: "string" },
  json: { type: "boolean" },
} as const;

const requestHelp = `  --config FILE         default: portmanteau.config.ts (or .mts, .js, .mjs) here
  --subject ID          the key that the records carry
  --identity TYPE=VALUE another identity of the same person; may be repeated
  --type TYPE           access (default) or portability
  --request UUID        id of the request; default: a random one
  --received-at TIME    when it arrived, ISO 8601; default: now
  --json                print JSON on standard output, and nothing else there`;

export const commands: Readonly<Record<string, Command>> = {
  export: {
    summary: "collect one person's data and write the bundle",
    help: `portmanteau export --subject ID --out FILE [options]

  --out FILE            the bundle; - for standard output
${requestHelp}

  Exit code: 0 delivered and complete, 1 failed, or delivered and partial, 2 usage or configuration, 130 or 143 when stopped by a signal.

  Example: portmanteau export --config portmanteau.config.ts --subject cus_42 --type portability --out bundle.zip`,
    async run(args) {
      const { values } = parse(args, { ...requestOptions, out: { type: "string" } });
      const out = required(values.out, "out");
      const request = requestFrom(values);
      if (out === "-" && values.json) throw new UsageError("--json and --out - both want standard output.");
      return withConfig(values.config, async ({ exporter }) => {
        const stop = new AbortController();
        let signalCode = 0;
        const onSignal = (code: number) => () => {
          if (signalCode !== 0) process.exit(signalCode);
          signalCode = code;
          stop.abort();
        };
        const [onInterrupt, onTerminate] = [onSignal(130), onSignal(143)];
        process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
        try {
          const to = out === "-" ? process.stdout : fileDelivery(out);
          const report = await exporter.export(request, { to, signal: stop.signal, onEvent: progress(process.stderr) });
          if (values.json) printJson(report);
          else if (out !== "-") print(summary(report, out));
          return report.completeness === "complete" ? 0 : 1;
        } catch (error) {
          if (signalCode === 0) throw error;
          process.stderr.write("Stopped. Nothing was delivered.\n");
          return signalCode;
        } finally {
          process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
        }
      });
    },
  },

  plan: {
    summary: "say what would be in a bundle, what out, and why; reads nothing",
    help: `portmanteau plan --subject ID [options]\n\n${requestHelp}\n\n  Example: portmanteau plan --subject cus_42 --type portability`,
    async run(args) {
      const { values } = parse(args, requestOptions);
      const request = requestFrom(values);
      return withConfig(values.config, async ({ exporter }) => {
        const plan = exporter.plan(request);
        if (values.json) printJson(plan);
        else {
          print(
            `${plan.requestType}${plan.portabilityScope === null ? "" : ` (${plan.portabilityScope})`}, due ${plan.dueAt}`,
          );
          for (const { name, decision, reason, fields, withheld } of plan.datasets) {
            print(
              `  ${name.padEnd(24)} ${decision === "collect" ? `${fields.length} fields` : `${decision}: ${reason}`}`,
            );
            for (const field of withheld) print(`    withheld ${field.pointer} (${field.reason})`);
          }
          for (const { what, reason } of plan.excluded) print(`  excluded: ${what} (${reason})`);
        }
        return 0;
      });
    },
  },

  check: {
    summary: "try every source: can it be reached, is its query sound",
    help: "portmanteau check [--config FILE] [--json]\n\n  Exit code: 0 all good, 1 a source failed, 2 usage or configuration.\n\n  Example: portmanteau check",
    async run(args) {
      const { values } = parse(args, { config: { type: "string" }, json: { type: "boolean" } });
      return withConfig(values.config, async ({ exporter }) => {
        const results = await exporter.check();
        if (values.json) printJson(results);
        else
          for (const { dataset, status, error } of results)
            print(`  ${dataset.padEnd(24)} ${status}${error === undefined ? "" : ` ${error.code}: ${error.message}`}`);
        return results.some(({ status }) => status === "failed") ? 1 : 0;
      });
    },
  },

  inspect: {
    summary: "say what a bundle says of itself, without checking it",
    help: "portmanteau inspect FILE [--json]\n\n  Example: portmanteau inspect bundle.zip",
    async run(args) {
      const { values, positionals } = parse(args, { json: { type: "boolean" } });
      const bundle = await openBundle(oneFile(positionals));
      const { manifest, entries } = bundle;
      bundle.close();
      if (values.json) printJson(manifest);
      else {
        print(
          `${manifest.controller.name}, ${manifest.createdAt}: ${manifest.request.type}, ${manifest.completeness}, consistency ${manifest.consistency}`,
        );
        print(`${manifest.bundleId}, ${entries.length} entries, format ${manifest.formatVersion}`);
        for (const { name, outcome, records, files } of manifest.datasets) {
          print(
            `  ${name.padEnd(24)} ${outcome.padEnd(14)} ${String(records.written).padStart(10)} records${records.quarantined > 0 ? `, ${records.quarantined} quarantined` : ""}`,
          );
          for (const { path, bytes } of files) print(`    ${path} (${bytes} bytes)`);
        }
        for (const { dataset, pointer, reason } of manifest.withheld)
          print(`  withheld ${dataset} ${pointer} (${reason})`);
        for (const { what, reason } of manifest.excluded) print(`  excluded: ${what} (${reason})`);
      }
      return 0;
    },
  },

  verify: {
    summary: "check a bundle, offline: digests, counts, schemas, JSON against CSV",
    help: "portmanteau verify FILE [--json]\n\n  Exit code: 0 sound, 1 findings (also when the file is no bundle, or no zip), 2 usage or I/O.\n\n  Example: portmanteau verify bundle.zip",
    async run(args) {
      const { values, positionals } = parse(args, { json: { type: "boolean" } });
      const file = oneFile(positionals);
      const findings = [];
      for await (const finding of verifyBundle(file)) {
        findings.push(finding);
        if (!values.json)
          print(
            `${finding.severity} ${finding.code}${finding.path === undefined ? "" : ` ${finding.path}`}${finding.recordIndex === undefined ? "" : ` record ${finding.recordIndex}`}: ${finding.message}`,
          );
      }
      const sound = findings.every(({ severity }) => severity !== "error");
      if (values.json) printJson({ sound, findings });
      else
        print(
          sound
            ? "Sound: names, digests, manifest, counts, the schema of every record, and JSON = CSV."
            : `${findings.length} findings: not sound.`,
        );
      return sound ? 0 : 1;
    },
  },
};

function requestFrom(values: {
  readonly subject?: string;
  readonly identity?: string[];
  readonly type?: string;
  readonly request?: string;
  readonly "received-at"?: string;
}): ExportRequest {
  const { type = "access", request = randomUUID() } = values;
  if (type !== "access" && type !== "portability") throw new UsageError('--type is "access" or "portability".');
  const identities = (values.identity ?? []).map((text) => {
    const [, identity_type, identity_value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (identity_type === undefined || identity_value === undefined) throw new UsageError("--identity is TYPE=VALUE.");
    return { identity_type, identity_value };
  });
  const receivedAt = values["received-at"];
  return {
    id: request,
    type,
    subject: { id: required(values.subject, "subject"), identities },
    ...(receivedAt === undefined ? {} : { receivedAt }),
  };
}

function summary({ datasets, bundle, completeness, durationMs, findings }: ExportReport, out: string): string {
  const records = datasets.reduce((sum, dataset) => sum + dataset.records.written, 0);
  const notes = findings.map(
    ({ code, dataset, message }) => `  note ${code}${dataset === null ? "" : ` ${dataset}`}: ${message}`,
  );
  return [
    `${completeness === "complete" ? "Complete" : "PARTIAL"}: ${records} records in ${datasets.length} datasets, ${bundle?.bytes} bytes in ${(durationMs / 1000).toFixed(1)} s.`,
    ...notes,
    out,
  ].join("\n");
}

/** Whether an error means that the caller must change something: exit code 2. */
export function isUsage(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  return PortmanteauError.is(error) && ["CONFIG_INVALID", "SCHEMA_UNSUPPORTED", "REQUEST_INVALID"].includes(error.code);
}
