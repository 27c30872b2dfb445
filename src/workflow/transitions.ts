import type { RequestRecord } from "../model/generated/request-record.ts";

/** Where a request stands. */
export type RequestState = RequestRecord["state"];
/** What happened to a request, with its facts. */
export type WorkflowEvent = RequestRecord["history"][number]["event"];
/** What can happen to a request. */
export type WorkflowEventType = WorkflowEvent["type"];

/** One row of the table: an event, the states it can happen in, and the state after it. */
export interface Transition {
  /** The event. */
  readonly event: WorkflowEventType;
  /** Empty: it makes the record. */
  readonly from: readonly RequestState[];
  /** `"same"`: the state stays. */
  readonly to: RequestState | "same";
  /** What it means, in plain words. */
  readonly meaning: string;
}

const beforeDelivery = ["received", "planned", "collecting", "packing"] as const;

/**
 * Every transition there is; what is not here cannot happen. An event that has two rows says by its facts which one it is: `delivered` with
 * `completeness: "partial"` leads to `partial`.
 */
export const transitions: readonly Transition[] = [
  { event: "received", from: [], to: "received", meaning: "The request is here; its terms run." },
  { event: "planned", from: ["received"], to: "planned", meaning: "What will be collected is known." },
  { event: "collecting", from: ["planned"], to: "collecting", meaning: "The first part is being read." },
  {
    event: "packing",
    from: ["collecting"],
    to: "packing",
    meaning: "All parts are collected; the bundle is being made.",
  },
  { event: "delivered", from: ["packing"], to: "delivered", meaning: "The bundle is there, and whole." },
  { event: "delivered", from: ["packing"], to: "partial", meaning: "The bundle is there, and says what is missing." },
  { event: "failed", from: beforeDelivery, to: "failed", meaning: "The attempt ended without a bundle." },
  { event: "retried", from: ["failed", "partial"], to: "received", meaning: "A new attempt begins." },
  {
    event: "extended",
    from: [...beforeDelivery, "failed"],
    to: "same",
    meaning: "The person was told that it takes longer.",
  },
  { event: "cancelled", from: [...beforeDelivery, "failed"], to: "cancelled", meaning: "There will be no answer." },
  { event: "expired", from: ["delivered", "partial"], to: "expired", meaning: "The bundle is no longer there." },
];

/** The state that an event leads to by the table; for an event that cannot happen in `from`, the one that it is about, and `allowed` is false. */
export function targetOf(
  event: WorkflowEvent,
  from: RequestState,
): { readonly to: RequestState; readonly allowed: boolean } {
  const partial = event.type === "delivered" && event.completeness === "partial";
  const row = transitions.find(({ event: type, to }) => type === event.type && (to === "partial") === partial);
  if (row === undefined) throw new TypeError(`No transition for the event "${event.type}".`);
  return { to: row.to === "same" ? from : row.to, allowed: row.from.includes(from) };
}

/** Whether the person still waits for an answer: neither delivered, nor cancelled. */
export function isOpen(state: RequestState): boolean {
  switch (state) {
    case "received":
    case "planned":
    case "collecting":
    case "packing":
    case "failed":
      return true;
    case "delivered":
    case "partial":
    case "expired":
    case "cancelled":
      return false;
    default:
      throw new TypeError(`Unknown state: ${state satisfies never}`);
  }
}

/** Whether nothing can happen any more: `expired` and `cancelled`. */
export function isTerminal(state: RequestState): boolean {
  return !transitions.some(({ from }) => from.includes(state));
}
