import { documentErrors } from "../bundle/documents.ts";
import type { Signer } from "../bundle/keys.ts";
import type { Dataset } from "../model/dataset.ts";
import type { DurableOptions } from "../model/durable.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent } from "../model/events.ts";
import type { ExportReport } from "../model/outcome.ts";
import type { Clock, Envelope } from "../model/ports.ts";
import type { ExportRequest } from "../model/request.ts";
import { compileConfig } from "./compile-config.ts";
import type { CompiledConfig, EngineDefaults, ExporterConfig } from "./config.ts";
import type { Destination } from "./destination.ts";
import { type DurableExporter, durableExporter } from "./durable/exporter.ts";
import { durableSettings } from "./durable/settings.ts";
import { runExport } from "./export.ts";
import { observed, requireBundleId, requireOptions } from "./export-options.ts";
import { buildManifest, buildReport, Journal } from "./journal.ts";
import { describePlan, type ExportPlan, type Plan, planExport } from "./plan.ts";
import { typedError } from "./read-pages.ts";
import { inRun } from "./run.ts";

/** Where one export goes, and how it is signed, encrypted, split, watched and stopped. */
export interface ExportOptions {
  /** Where the bundle goes: `fileDelivery(path)`, a Node stream or a web stream. */
  readonly to: Destination;
  /** Signs the bundle: `ed25519Signer(…)`, or a signer of your own that asks a KMS. Default: it is not signed. */
  readonly sign?: Signer;
  /** Encrypts the finished zip before it reaches `to`, as `ageEnvelope` does. Default: nothing does. */
  readonly encrypt?: Envelope;
  /**
   * Most bytes of one zip, at least 65,536; default: no limit. A larger bundle becomes a set of zips, each complete by itself with a
   * manifest that says which one it is; records are never cut. It needs a delivery that takes sets, as `fileDelivery` does, and everything
   * is collected before the first zip is written, so that each knows how many there are. 2 GiB (2 ** 31) suits most systems.
   */
  readonly splitBytes?: number;
  /** Aborts the export: the sources' queries stop, nothing is delivered. */
  readonly signal?: AbortSignal;
  /** Called with every event, synchronously. What it throws does not harm the export; the report notes it. */
  readonly onEvent?: (event: ExportEvent) => void;
  /** Default: the system's clock. With the same clock and bundle id the bytes are the same. */
  readonly clock?: Clock;
  /** `urn:uuid:…`. Default: a random one. */
  readonly bundleId?: string;
}

/** Answers requests with one configuration, as often as wanted, also at the same time. */
export interface Exporter {
  /** What it exports, in the bundle's order. */
  // biome-ignore lint/suspicious/noExplicitAny: datasets of different records stand in one list
  readonly datasets: readonly Dataset<any>[];
  /**
   * Collects, assembles and delivers one person's bundle, as one zip or, with `splitBytes`, as several.
   *
   * @returns the report: how each dataset ended, counts, sizes, digests
   * @throws {PortmanteauError} with `report`; then nothing was delivered
   */
  export(request: ExportRequest, options: ExportOptions): Promise<ExportReport>;
  /** Says without reading or resolving anything what would be in the bundle, what out, and why. @throws {PortmanteauError} `REQUEST_INVALID` */
  plan(request: ExportRequest, options?: { readonly clock?: Clock }): ExportPlan;
  /**
   * Tries every source that can be tried, and the durable spool if there is one. Gives one result per dataset, and that of the spool;
   * nothing is thrown for what fails.
   */
  check(options?: { readonly signal?: AbortSignal }): Promise<readonly CheckResult[]>;
  /**
   * The same exporter with requests that survive the process, kept as these options say, whatever the configuration's `durable` says.
   *
   * @throws {PortmanteauError} `CONFIG_INVALID`
   * @example
   * ```ts
   * const durable = exporter.withDurable({ spool: directorySpool("/var/spool/exports"), key });
   * ```
   */
  withDurable(durable: DurableOptions): DurableExporter;
}

/** What trying a source, or the durable spool, came to. */
export interface CheckResult {
  /** Whose source was tried; null for the durable spool. */
  readonly dataset: string | null;
  /** `unchecked`: it offers no check. */
  readonly status: "ok" | "failed" | "unchecked";
  /** Why it failed. */
  readonly error?: PortmanteauError;
}

/** Makes an exporter from a configuration and what the engine needs from outside. */
export function makeExporter(config: ExporterConfig, defaults: EngineDefaults): Exporter {
  const compiled = compileConfig(config, defaults);
  refuseUnstated(compiled);
  const { durable, pseudonymKey } = config;
  const exporter: Exporter = {
    ...exporterOf(compiled, defaults),
    withDurable(durable) {
      const from = { config: compiled, durable: durableSettings(durable), pseudonymKey };
      return durableExporter(exporter, from, defaults);
    },
  };
  return durable === undefined ? exporter : exporter.withDurable(durable);
}

/** An exporter that does everything in this process. */
function exporterOf(
  compiled: CompiledConfig,
  defaults: Pick<EngineDefaults, "clock" | "ids">,
): Omit<Exporter, "withDurable"> {
  return {
    datasets: compiled.datasets.map(({ dataset }) => dataset),
    async export(
      request,
      {
        to,
        sign,
        encrypt,
        splitBytes,
        signal,
        onEvent,
        clock = defaults.clock,
        bundleId = `urn:uuid:${defaults.ids.uuid()}`,
      },
    ) {
      requireBundleId(bundleId);
      requireOptions({ splitBytes, sign });
      const createdAt = new Date(clock()).toISOString();
      const planned = planExport(compiled, request, createdAt);
      const { id: requestId } = planned.request;
      return inRun({ requestId, operation: "export", onEvent }, async ({ onEvent }) => {
        const journal = new Journal();
        const emit = observed(onEvent, journal);
        const run = { to, sign, encrypt, splitBytes, signal, emit, bundleId, createdAt, journal };
        const plan = await runExport(compiled, planned, run);
        return buildReport(plan, journal, { bundleId, createdAt }, "delivered");
      });
    },
    plan(request, { clock = defaults.clock } = {}) {
      return describePlan(planExport(compiled, request, new Date(clock()).toISOString()), compiled);
    },
    async check({ signal = new AbortController().signal } = {}) {
      const results: CheckResult[] = [];
      // One after the other, each with a signal of its own: a check must not need more connections than an export.
      for (const {
        dataset: { name, source },
      } of compiled.datasets) {
        const stop = new AbortController();
        try {
          await source.check?.(AbortSignal.any([signal, stop.signal]));
          results.push({ dataset: name, status: source.check === undefined ? "unchecked" : "ok" });
        } catch (error) {
          results.push({ dataset: name, status: "failed", error: typedError(error, name, source.name) });
        } finally {
          stop.abort();
        }
      }
      return results;
    },
  };
}

/** Facts that do not fit the manifest's schema are refused now, and not after everything was read. */
function refuseUnstated(config: CompiledConfig): void {
  const createdAt = new Date(0).toISOString();
  const nil = "00000000-0000-0000-0000-000000000000";
  const trial: Plan = {
    request: {
      id: nil,
      type: "access",
      subject: { id: "-" },
      regulation: "gdpr",
      locale: config.locale,
      receivedAt: createdAt,
      dueAt: createdAt,
    },
    portabilityScope: null,
    datasets: config.datasets.map(({ dataset, access }) => ({
      decision: "collect",
      dataset,
      ...access,
      subject: { id: "-" },
    })),
  };
  const manifest = buildManifest(config, trial, new Journal(), { bundleId: `urn:uuid:${nil}`, createdAt });
  const [error] = documentErrors("manifest", manifest);
  if (error !== undefined)
    throw new PortmanteauError(
      "CONFIG_INVALID",
      `Configuration: the manifest made of it is malformed at "${error.pointer}": ${error.message}.`,
      { context: { pointer: error.pointer } },
    );
}
