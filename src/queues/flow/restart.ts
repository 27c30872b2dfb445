import { setTimeout as delay } from "node:timers/promises";
import type { BeginOptions, BegunRequest, DurableSteps } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { ExportEvent } from "../../model/events.ts";
import type { ExportRequest } from "../../model/request.ts";
import type { Transport } from "./transport.ts";

/** Puts the request into the journal; with `restart` anew, where it is open and was begun with another configuration. */
export async function beginOrRestart(
  steps: DurableSteps,
  request: ExportRequest,
  { onChange, ...options }: BeginOptions,
): Promise<BegunRequest> {
  try {
    return await steps.begin(request, options);
  } catch (error) {
    if (onChange !== "restart" || !PortmanteauError.is(error) || error.code !== "RESUME_REFUSED") throw error;
    return steps.restart(request.id, options); // and not begin: the first beginning stands until the other is there
  }
}

export interface RestartContext {
  readonly steps: DurableSteps;
  readonly transport: Pick<Transport, "open" | "renew">;
  /** When this worker was started, ISO 8601. */
  readonly startedAt: string;
  /** Wait before what did not succeed is tried again. */
  readonly backoffMs: number;
  readonly onEvent: (event: ExportEvent) => void;
  readonly onTrouble: (cause: unknown) => void;
}

/** The most that is waited before another try. */
const longestWaitMs = 60_000;

/**
 * Begins every open request anew that another configuration began before this worker was started. What is begun is later than all workers that
 * are there, so that none of them begins it anew once more: workers of two versions cannot take a request from each other for ever.
 */
export function restartOpen(context: RestartContext): { stop(): Promise<void> } {
  const { steps, transport, startedAt: begunBefore, backoffMs, onEvent, onTrouble } = context;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** Whether it is to be tried again. */
  const isLeft = async (requestId: string): Promise<boolean> => {
    try {
      const { firstBegunAt } = await steps.restart(requestId, { begunBefore, signal, onEvent });
      if (firstBegunAt === undefined) return false;
      const request = await steps.progress(requestId);
      if (request?.delivered === null) await transport.renew(request, signal);
      return false;
    } catch (error) {
      if (signal.aborted) return false;
      if (PortmanteauError.is(error) && error.code === "REQUEST_UNKNOWN") return error.retryable; // purged meanwhile
      onTrouble(error);
      return !PortmanteauError.is(error) || error.retryable;
    }
  };
  const work = async () => {
    for (let waitMs = backoffMs; !signal.aborted; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      let left = 0;
      try {
        for (const requestId of shuffled(await transport.open())) {
          if (signal.aborted) return;
          if (await isLeft(requestId)) left++;
        }
        if (left === 0) return;
      } catch (error) {
        onTrouble(error);
      }
      await delay(waitMs, undefined, { signal }).catch(() => {});
    }
  };
  const working = work();
  return {
    async stop() {
      stopping.abort();
      await working;
    },
  };
}

/** Workers that start together begin at different requests. */
function shuffled<T>(list: readonly T[]): readonly T[] {
  return list
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
