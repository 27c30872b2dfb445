import { PortmanteauError } from "portmanteau";
import {
  type RequestRecord,
  type RequestState,
  receiveRequest,
  transition,
  type WorkflowEvent,
} from "portmanteau/workflow";
import { expect } from "vitest";

export const requestId = "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77";
export const start = Date.UTC(2026, 0, 31, 9);

export const events = {
  planned: { type: "planned", parts: 3 },
  collecting: { type: "collecting" },
  packing: { type: "packing" },
  delivered: { type: "delivered", sha256: "ab".repeat(32), bytes: 1234, completeness: "complete", expiresAt: null },
  partial: { type: "delivered", sha256: "cd".repeat(32), bytes: 99, completeness: "partial", expiresAt: null },
  failed: { type: "failed", code: "SOURCE_UNAVAILABLE", retryable: true },
  retried: { type: "retried" },
  cancelled: { type: "cancelled", by: "subject" },
  expired: { type: "expired" },
  extended: {
    type: "extended",
    until: "2026-04-30T09:00:00.000Z",
    reason: "complexity",
    noticeAt: "2026-02-10T00:00:00.000Z",
  },
} as const satisfies Record<string, WorkflowEvent>;
export type EventName = keyof typeof events;

export const received = (more: { readonly regulation?: string } = {}): RequestRecord =>
  receiveRequest({ id: requestId, type: "access", ...more }, { at: start });

/** The shortest way to each state. */
export const ways: Record<RequestState, readonly EventName[]> = {
  received: [],
  planned: ["planned"],
  collecting: ["planned", "collecting"],
  packing: ["planned", "collecting", "packing"],
  delivered: ["planned", "collecting", "packing", "delivered"],
  partial: ["planned", "collecting", "packing", "partial"],
  expired: ["planned", "collecting", "packing", "delivered", "expired"],
  failed: ["failed"],
  cancelled: ["cancelled"],
};
export const states = Object.keys(ways) as RequestState[];

/** A record after these events, a second apart. */
export function recordAfter(names: readonly EventName[], from = received()): RequestRecord {
  return names.reduce(
    (record, name, index) => transition(record, events[name], { at: start + (index + 1) * 1000 }).record,
    from,
  );
}

/** The pointer of a refusal, which must not say a word of the person whom all these tests are about. */
export function refusal(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (!PortmanteauError.is(error)) throw error;
    expect(error.code).toBe("REQUEST_INVALID");
    expect(JSON.stringify(error)).not.toMatch(/ada|1815|lovelace/i);
    return error.context.pointer;
  }
  throw new Error("Nothing was refused.");
}
