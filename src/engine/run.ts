import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent, Operation } from "../model/events.ts";

type Observer = (event: ExportEvent) => void;

export interface Run {
  readonly requestId: string;
  readonly operation: Operation;
  readonly part?: { readonly dataset: string; readonly partition?: number };
  readonly onEvent: Observer | undefined;
}

let runs = 0;

/**
 * Runs one call of an exporter, and tells its observer where it begins and where it ends; every event between carries the call's number. It
 * begins before anything is waited for, so that an observer finds the caller's own context.
 *
 * @param work is given the observer that its events go to, if there is one
 */
export async function inRun<T>(
  { requestId, operation, part, onEvent }: Run,
  work: (told: { readonly onEvent?: Observer }) => Promise<T>,
): Promise<T> {
  if (onEvent === undefined) return work({});
  const run = ++runs;
  const started = performance.now();
  const tell = (event: ExportEvent) => onEvent({ ...event, run });
  const tellEnd = (code: PortmanteauError["code"] | "UNKNOWN" | null) => {
    const durationMs = Math.round((performance.now() - started) * 10) / 10;
    unharmed(() => tell({ requestId, run, type: "runEnded", operation, code, durationMs }));
  };
  const of = part === undefined ? null : { dataset: part.dataset, partition: part.partition ?? null };
  unharmed(() => tell({ requestId, run, type: "runStarted", operation, part: of }));
  try {
    const result = await work({ onEvent: tell });
    tellEnd(null);
    return result;
  } catch (error) {
    tellEnd(PortmanteauError.is(error) ? error.code : "UNKNOWN");
    throw error;
  }
}

/** Around a run there is no report yet, or none any more, to note in what an observer throws. */
function unharmed(tell: () => void): void {
  try {
    tell();
  } catch {
    // it does not harm the export
  }
}
