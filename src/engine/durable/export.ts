import { PortmanteauError } from "../../model/errors.ts";
import type { ExportReport } from "../../model/outcome.ts";
import type { Clock } from "../../model/ports.ts";
import type { ExportRequest } from "../../model/request.ts";
import type { ExportOptions } from "../exporter.ts";
import { buildReport, Journal } from "../journal.ts";
import { planExport } from "../plan.ts";
import { abortedError, ownSignal } from "../read-pages.ts";
import { Slots } from "../slots.ts";
import { assembleStored } from "./assemble-step.ts";
import { beginRequest } from "./begin.ts";
import { collectStored } from "./collect-step.ts";
import type { DurableConfig, StoredRequest } from "./request.ts";
import { inStep, type Step } from "./step.ts";

/**
 * Does all steps of a request in this process, as far as they are not done. Done again after a crash, or after everything was delivered,
 * it delivers the identical bundle.
 */
export async function exportDurably(
  from: DurableConfig,
  request: ExportRequest,
  options: ExportOptions & { readonly clock: Clock; readonly bundleId: string },
): Promise<ExportReport> {
  const { config } = from;
  const createdAt = new Date(options.clock()).toISOString();
  const planned = planExport(config, request, createdAt);
  return inStep(request.id, options, async (step) => {
    let stored: StoredRequest | undefined;
    try {
      const final = config.onFailure === "deliver-partial";
      stored = await beginRequest(from, request, { ...step, bundleId: options.bundleId, createdAt, final });
      await collectAll(from, stored, { ...step, final });
      return await assembleStored(stored, options);
    } catch (error) {
      if (!PortmanteauError.is(error) || error.report !== undefined) throw error; // assembling has told it
      const { elapsedMs } = step.journal;
      step.emit({ type: "failed", code: error.code, durationMs: elapsedMs });
      const identity = stored?.begun ?? { bundleId: options.bundleId, createdAt };
      const status = error.code === "ABORTED" ? "aborted" : "failed";
      error.report = buildReport(stored?.plan ?? planned, step.journal, identity, status);
      throw error;
    }
  });
}

/** Collects all parts, in lanes. The first that fails stops the others. */
async function collectAll(
  { config, durable }: DurableConfig,
  stored: StoredRequest,
  { signal, emit, final }: Step & { readonly final: boolean },
): Promise<void> {
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
  if (failure !== undefined) throw failure;
}
