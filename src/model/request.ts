import type { Request } from "./generated/request.ts";

/** A data subject's request. See `schemas/bundle/v1/request.schema.json`. */
export type ExportRequest = Request;
/** `access`: everything (GDPR 15). `portability`: what the person may carry elsewhere (GDPR 20). */
export type RequestType = Request["type"];
/** The person that a request is about: the key of your own records, other identities, or both. */
export type Subject = Request["subject"];

/**
 * One calendar month after `receivedAt`, on the same day or the month's last, in UTC: GDPR 12(3).
 *
 * @example
 * ```ts
 * oneMonthAfter("2025-01-31T09:00:00.000Z"); // "2025-02-28T09:00:00.000Z"
 * ```
 */
export function oneMonthAfter(receivedAt: string): string {
  const due = new Date(receivedAt);
  const day = due.getUTCDate();
  due.setUTCMonth(due.getUTCMonth() + 1);
  if (due.getUTCDate() !== day) due.setUTCDate(0);
  return due.toISOString();
}
