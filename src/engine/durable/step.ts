import { setMaxListeners } from "node:events";
import type { DurableStepOptions } from "../../model/durable.ts";
import type { ExportEvent } from "../../model/events.ts";
import type { Event } from "../export.ts";
import { observed } from "../export-options.ts";
import { Journal } from "../journal.ts";
import { ownSignal } from "../read-pages.ts";

/** What one step of a request works with. */
export interface Step {
  /** Aborted with the caller's, and when the step has ended. */
  readonly signal: AbortSignal;
  readonly emit: (event: Event) => void;
  readonly journal: Journal;
}

/** Runs a step with what it works with, and ends that with it. */
export async function inStep<T>(
  requestId: string,
  { signal, onEvent }: DurableStepOptions,
  work: (step: Step) => Promise<T>,
): Promise<T> {
  const journal = new Journal({ apart: true });
  const own = ownSignal(signal ?? new AbortController().signal);
  setMaxListeners(0, own.signal); // every wait for the spool listens for it, and takes its listener back
  const tell = observed(onEvent, journal);
  const emit = (event: Event) => tell({ requestId, ...event } as ExportEvent);
  try {
    return await work({ signal: own.signal, emit, journal });
  } finally {
    own.end();
  }
}
