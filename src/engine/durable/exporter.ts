import type { DurableSpool, DurableSteps } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { ExportReport } from "../../model/outcome.ts";
import type { EngineDefaults } from "../config.ts";
import { toDelivery } from "../destination.ts";
import { requireBundleId, requireOptions } from "../export-options.ts";
import type { CheckResult, Exporter, ExportOptions } from "../exporter.ts";
import { planExport } from "../plan.ts";
import { inRun } from "../run.ts";
import { assembleStored } from "./assemble-step.ts";
import { beginRequest, begunRequest } from "./begin.ts";
import { collectStored } from "./collect-step.ts";
import { exportDurably, resumeDurably } from "./export.ts";
import { progressOf } from "./progress.ts";
import { purgeExpired, purgeFolder } from "./purge.ts";
import { type DurableConfig, openRequest, partNamed, vaultOf } from "./request.ts";
import { outdated, restartRequest } from "./restart.ts";
import { inStep } from "./step.ts";

/** How a request that was begun is assembled and delivered: as `export`, but that its bundle has an id already. */
export type AssembleOptions = Omit<ExportOptions, "bundleId">;
/** An exporter whose requests survive the process: `export` goes on where an earlier one stopped. */
export type DurableExporter = Exporter &
  DurableSteps<AssembleOptions> & {
    /**
     * As `export`, for a request that is in the journal, by its id alone: nobody needs to know any more whom it is about.
     *
     * @throws {PortmanteauError} `REQUEST_UNKNOWN`; without a `report` where nothing is known of the request
     */
    resume(requestId: string, options: AssembleOptions): Promise<ExportReport>;
  };

/** Makes of an exporter one whose requests survive the process. */
export function durableExporter(
  exporter: Exporter,
  from: DurableConfig,
  { clock: systemClock, ids }: Pick<EngineDefaults, "clock" | "ids">,
): DurableExporter {
  const { durable } = from;
  const newBundleId = () => `urn:uuid:${ids.uuid()}`;
  const assemble = async (requestId: string, { clock = systemClock, ...options }: AssembleOptions) => {
    requireOptions(options);
    toDelivery(options.to); // what is no destination is refused before anything is read
    return inRun({ requestId, operation: "assemble", onEvent: options.onEvent }, async (told) =>
      assembleStored(await openRequest(from, requestId, options.signal), { ...options, ...told, clock }),
    );
  };
  return {
    ...exporter,
    check: async (options) => [...(await exporter.check(options)), await checkSpool(durable.spool)],
    async begin(request, options = {}) {
      const { bundleId = newBundleId(), clock = systemClock } = options;
      requireBundleId(bundleId);
      const createdAt = new Date(clock()).toISOString();
      const plan = planExport(from.config, request, createdAt); // a malformed request is refused before anything is asked or told
      return inRun({ requestId: request.id, operation: "begin", onEvent: options.onEvent }, (told) =>
        inStep(request.id, { ...options, ...told }, async (step) => {
          const { begun } = await beginRequest(from, request, { ...options, ...step, plan, bundleId, createdAt });
          return begunRequest(begun);
        }),
      );
    },
    async restart(requestId, options = {}) {
      const { bundleId = newBundleId(), clock = systemClock } = options;
      requireBundleId(bundleId);
      const { begun, vault, isOutdated } = await outdated(from, requestId, options);
      if (!isOutdated) return begunRequest(begun);
      const createdAt = new Date(clock()).toISOString();
      return inRun({ requestId, operation: "begin", onEvent: options.onEvent }, (told) =>
        inStep(requestId, { ...options, ...told }, async (step) => {
          const stored = await restartRequest(from, vault.watching(step.signal), begun, {
            ...step,
            bundleId,
            createdAt,
            final: options.final === true,
          });
          return begunRequest(stored.begun);
        }),
      );
    },
    collectPart: (requestId, part, options = {}) =>
      inRun({ requestId, operation: "collectPart", part, onEvent: options.onEvent }, (told) =>
        inStep(requestId, { ...options, ...told }, async (step) => {
          const stored = await openRequest(from, requestId, step.signal);
          return collectStored(stored, partNamed(stored.parts, part.dataset, part.partition), {
            ...step,
            durable,
            final: options.final === true,
          });
        }),
      ),
    assemble,
    async export(request, { clock = systemClock, bundleId = newBundleId(), ...options }): Promise<ExportReport> {
      requireBundleId(bundleId);
      requireOptions(options);
      toDelivery(options.to);
      return exportDurably(from, request, { ...options, clock, bundleId });
    },
    async resume(requestId, { clock = systemClock, ...options }) {
      requireOptions(options);
      toDelivery(options.to);
      return inRun({ requestId, operation: "resume", onEvent: options.onEvent }, (told) =>
        resumeDurably(from, requestId, { ...options, ...told, clock }),
      );
    },
    progress: (requestId) => progressOf(from, requestId),
    async purge(requestId) {
      await purgeFolder(await vaultOf(from, requestId, undefined));
    },
    purgeExpired: ({ clock = systemClock } = {}) => purgeExpired(durable, clock),
  };
}

async function checkSpool(spool: DurableSpool): Promise<CheckResult> {
  try {
    await spool.check?.();
    return { dataset: null, status: spool.check === undefined ? "unchecked" : "ok" };
  } catch (cause) {
    const message = `The durable spool ${spool.name} could not be tried.`;
    const error = PortmanteauError.is(cause) ? cause : new PortmanteauError("SPOOL_FAILED", message, { cause });
    return { dataset: null, status: "failed", error };
  }
}
