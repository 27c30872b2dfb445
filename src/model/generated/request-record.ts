// Generated from schemas/workflow/v1/request-record.schema.json by "npm run generate". Do not edit.

/**
 * Where a data subject's request stands, and how it came there. It holds no personal data: no subject, no identities, no words of people.
 */
export interface RequestRecord {
  /**
   * Names the format.
   */
  format: "portmanteau-request-record";
  /**
   * Version of the format.
   */
  formatVersion: 1;
  /**
   * The request's id, a UUID.
   */
  id: string;
  /**
   * Where the request stands.
   */
  state:
    "received" | "planned" | "collecting" | "packing" | "delivered" | "partial" | "expired" | "failed" | "cancelled";
  /**
   * access: everything held (GDPR 15). portability: what the person may carry elsewhere (GDPR 20).
   */
  type: "access" | "portability";
  /**
   * Law the request is made under, in lower case: gdpr, uk-gdpr, ccpa, lgpd, or another's short name.
   */
  regulation: string;
  /**
   * When the request arrived, in UTC.
   */
  receivedAt: string;
  /**
   * When it must be answered, without an extension.
   */
  dueAt: string;
  /**
   * Latest date that an extension may reach; null where the law knows none.
   */
  extensibleUntil: string | null;
  /**
   * The extension that the person was told of; null when there is none.
   */
  extension: {
    /**
     * The extended due date.
     */
    until: string;
    /**
     * Why the term was extended: the request is complex, or there are many (GDPR 12(3)).
     */
    reason: "complexity" | "number-of-requests";
    /**
     * When the person was told of the extension and its reason; within the first term.
     */
    noticeAt: string;
  } | null;
  /**
   * Which attempt this is, from 1.
   */
  attempt: number;
  /**
   * Number of parts to collect; null before they are known.
   */
  parts: number | null;
  /**
   * The last delivery; null when there was none.
   */
  delivery: {
    /**
     * SHA-256 of the delivered zip; of the last one when there are several.
     */
    sha256: string;
    /**
     * Size in bytes, of all zips together.
     */
    bytes: number;
    /**
     * complete: nothing is missing. partial: something could not be gathered, and the bundle says so.
     */
    completeness: "complete" | "partial";
    /**
     * When the bundle will no longer be there for the person; null when that is open.
     */
    expiresAt: string | null;
  } | null;
  /**
   * Why the attempt failed; null in every other state.
   */
  failure: {
    /**
     * Code of the error that ended the attempt.
     */
    code: string;
    /**
     * Whether the same attempt may succeed later without a change.
     */
    retryable: boolean;
  } | null;
  /**
   * Who ended the request; null when nobody did.
   */
  cancellation: {
    /**
     * subject: the person took the request back. controller: it was refused.
     */
    by: "subject" | "controller";
    /**
     * Why the controller refused, in the names of the Data Rights Protocol.
     */
    reason?:
      | "suspected_fraud"
      | "insuf_verification"
      | "no_match"
      | "claim_not_covered"
      | "outside_jurisdiction"
      | "too_many_requests"
      | "other";
  } | null;
  /**
   * Number of events so far. A store replaces revision n by n + 1 only.
   */
  revision: number;
  /**
   * All events, in order; the record is what they make.
   */
  history: HistoryEntry[];
}
/**
 * One event that changed the record.
 */
export interface HistoryEntry {
  /**
   * When it was recorded, in UTC.
   */
  at: string;
  /**
   * State before; null for the first event.
   */
  from:
    | "received"
    | "planned"
    | "collecting"
    | "packing"
    | "delivered"
    | "partial"
    | "expired"
    | "failed"
    | "cancelled"
    | null;
  /**
   * State after.
   */
  to: "received" | "planned" | "collecting" | "packing" | "delivered" | "partial" | "expired" | "failed" | "cancelled";
  /**
   * The attempt that it belongs to, from 1.
   */
  attempt: number;
  /**
   * What happened.
   */
  event:
    | ReceivedEvent
    | PlannedEvent
    | CollectingEvent
    | PackingEvent
    | DeliveredEvent
    | FailedEvent
    | RetriedEvent
    | CancelledEvent
    | ExtendedEvent
    | ExpiredEvent;
}
/**
 * The request is here.
 */
export interface ReceivedEvent {
  /**
   * The kind of event.
   */
  type: "received";
  /**
   * The request's id, a UUID.
   */
  id: string;
  /**
   * access: everything held (GDPR 15). portability: what the person may carry elsewhere (GDPR 20).
   */
  requestType: "access" | "portability";
  /**
   * Law the request is made under, in lower case: gdpr, uk-gdpr, ccpa, lgpd, or another's short name.
   */
  regulation: string;
  /**
   * When the request arrived, in UTC.
   */
  receivedAt: string;
  /**
   * When it must be answered, without an extension.
   */
  dueAt: string;
  /**
   * Latest date that an extension may reach; null where the law knows none.
   */
  extensibleUntil: string | null;
}
/**
 * What will be collected is known.
 */
export interface PlannedEvent {
  /**
   * The kind of event.
   */
  type: "planned";
  /**
   * Number of parts to collect.
   */
  parts: number;
}
/**
 * The first part is being read.
 */
export interface CollectingEvent {
  /**
   * The kind of event.
   */
  type: "collecting";
}
/**
 * All parts are collected, and the bundle is being made.
 */
export interface PackingEvent {
  /**
   * The kind of event.
   */
  type: "packing";
}
/**
 * A bundle stands at its destination.
 */
export interface DeliveredEvent {
  /**
   * The kind of event.
   */
  type: "delivered";
  /**
   * SHA-256 of the delivered zip; of the last one when there are several.
   */
  sha256: string;
  /**
   * Size in bytes, of all zips together.
   */
  bytes: number;
  /**
   * complete: nothing is missing. partial: something could not be gathered, and the bundle says so.
   */
  completeness: "complete" | "partial";
  /**
   * When the bundle will no longer be there for the person; null when that is open.
   */
  expiresAt: string | null;
}
/**
 * The attempt ended without a bundle.
 */
export interface FailedEvent {
  /**
   * The kind of event.
   */
  type: "failed";
  /**
   * Code of the error that ended the attempt.
   */
  code: string;
  /**
   * Whether the same attempt may succeed later without a change.
   */
  retryable: boolean;
}
/**
 * A new attempt begins.
 */
export interface RetriedEvent {
  /**
   * The kind of event.
   */
  type: "retried";
}
/**
 * The request will not be answered.
 */
export interface CancelledEvent {
  /**
   * The kind of event.
   */
  type: "cancelled";
  /**
   * subject: the person took the request back. controller: it was refused.
   */
  by: "subject" | "controller";
  /**
   * Why the controller refused, in the names of the Data Rights Protocol.
   */
  reason?:
    | "suspected_fraud"
    | "insuf_verification"
    | "no_match"
    | "claim_not_covered"
    | "outside_jurisdiction"
    | "too_many_requests"
    | "other";
}
/**
 * The person was told that the answer takes longer.
 */
export interface ExtendedEvent {
  /**
   * The kind of event.
   */
  type: "extended";
  /**
   * The extended due date.
   */
  until: string;
  /**
   * Why the term was extended: the request is complex, or there are many (GDPR 12(3)).
   */
  reason: "complexity" | "number-of-requests";
  /**
   * When the person was told of the extension and its reason; within the first term.
   */
  noticeAt: string;
}
/**
 * The delivered bundle is no longer there.
 */
export interface ExpiredEvent {
  /**
   * The kind of event.
   */
  type: "expired";
}
