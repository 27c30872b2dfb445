import { PortmanteauError } from "../../model/errors.ts";
import type { ExportReport } from "../../model/outcome.ts";
import type { Clock } from "../../model/ports.ts";
import type { ExportRequest } from "../../model/request.ts";
import type { ExportOptions } from "../exporter.ts";
import { buildReport, type Identity, Journal } from "../journal.ts";
import { type Plan, planExport } from "../plan.ts";
import { abortedError, ownSignal } from "../read-pages.ts";
import { inRun } from "../run.ts";
import { Slots } from "../slots.ts";
import { assembleStored } from "./assemble-step.ts";
import { beginRequest } from "./begin.ts";
import { collectStored } from "./collect-step.ts";
import { begunInstead, type DurableConfig, openRequest, type StoredRequest } from "./request.ts";
import { inStep, type Step } from "./step.ts";

type RunOptions = Omit<ExportOptions, "bundleId"> & { readonly clock: Clock };

/**
 * Does all steps of a request in this process, as far as they are not done. Done again after a crash, or after everything was delivered,
 * it delivers the identical bundle.
 */
export async function exportDurably(
  from: DurableConfig,
  request: ExportRequest,
  options: RunOptions & { readonly bundleId: string },
): Promise<ExportReport> {
  const { bundleId } = options;
  const createdAt = new Date(options.clock()).toISOString();
  const plan = planExport(from.config, request, createdAt);
  return inRun({ requestId: request.id, operation: "export", onEvent: options.onEvent }, (told) =>
    inStep(request.id, { ...options, ...told }, (step) =>
      finish(
        from,
        step,
        { ...options, ...told },
        {
          open: (final) => beginRequest(from, request, { ...step, plan, bundleId, createdAt, final }),
          planned: { plan, begun: { bundleId, createdAt } },
        },
      ),
    ),
  );
}

/** The same for a request that is in the journal, and as it stands there. */
export async function resumeDurably(
  from: DurableConfig,
  requestId: string,
  options: RunOptions,
): Promise<ExportReport> {
  return inStep(requestId, options, (step) =>
    finish(from, step, options, { open: () => openRequest(from, requestId, step.signal) }),
  );
}

interface Opening {
  readonly open: (final: boolean) => Promise<StoredRequest>;
  /** What is reported of when it cannot be opened. */
  readonly planned?: { readonly plan: Plan; readonly begun: Identity };
}

async function finish(
  from: DurableConfig,
  step: Step,
  options: RunOptions,
  { open, planned }: Opening,
): Promise<ExportReport> {
  const final = from.config.onFailure === "deliver-partial";
  let stored: StoredRequest | undefined;
  try {
    for (let begun: StoredRequest | undefined = await open(final); begun !== undefined; ) {
      stored = begun;
      begun = await collectAll(from, stored, { ...step, final });
    }
    return await assembleStored(stored as StoredRequest, options);
  } catch (error) {
    if (!PortmanteauError.is(error) || error.report !== undefined) throw error; // assembling has told it
    const { elapsedMs } = step.journal;
    step.emit({ type: "failed", code: error.code, durationMs: elapsedMs });
    const known = stored ?? planned;
    const status = error.code === "ABORTED" ? "aborted" : "failed";
    if (known !== undefined) error.report = buildReport(known.plan, step.journal, known.begun, status);
    throw error;
  }
}

/**
 * Collects all parts, in lanes. The first that fails stops the others.
 *
 * @returns the request as it was begun instead meanwhile, whose parts are still to be collected; nothing when these are the parts
 */
async function collectAll(
  from: DurableConfig,
  stored: StoredRequest,
  { signal, emit, final }: Step & { readonly final: boolean },
): Promise<StoredRequest | undefined> {
  const { config, durable } = from;
  const own = ownSignal(signal);
  const vault = stored.vault.watching(own.signal);
  const slots = new Slots(config.lanes);
  let failure: unknown;
  await Promise.allSettled(
    stored.parts.map((part, order) =>
      slots.run(order, async () => {
        if (own.signal.aborted) return;
        try {
          const journal = new Journal({ apart: true });
          await collectStored({ ...stored, vault }, part, { durable, final, signal: own.signal, emit, journal });
        } catch (error) {
          failure ??= error;
          own.end();
        }
      }),
    ),
  );
  own.end();
  if (signal.aborted) throw abortedError();
  const instead = await begunInstead(from, stored);
  if (instead === undefined && failure !== undefined) throw failure;
  return instead;
}
