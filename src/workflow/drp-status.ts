import { dueAtOf } from "./due.ts";
import type { RequestRecord } from "./record.ts";

type Denial = NonNullable<NonNullable<RequestRecord["cancellation"]>["reason"]>;

/** The statuses of the Data Rights Protocol. */
export type DrpStatusName = "open" | "in_progress" | "fulfilled" | "revoked" | "denied" | "expired";

/** The Exercise Status object of the Data Rights Protocol 0.9.4, section 3.03. */
export interface DrpStatus {
  readonly request_id: string;
  readonly agent_request_id?: string;
  readonly status: DrpStatusName;
  readonly reason?: Denial | "need_user_verification";
  readonly received_at: string;
  readonly expected_by: string;
  readonly processing_details?: string;
  readonly user_verification_url?: string;
  readonly results_url?: string;
  readonly expires_at?: string;
}

/** What a status says besides the record. */
export interface DrpStatusOptions {
  /** The agent's own id of the request. */
  readonly agentRequestId?: string | undefined;
  /** Where the bundle can be had; said only while it is there. */
  readonly resultsUrl?: string;
  /** Where the person can prove who they are, while that is waited for: the reason is then `need_user_verification`. */
  readonly userVerificationUrl?: string;
}

/**
 * The status of the Data Rights Protocol 0.9.4, section 3.02, that a record is. A request that the person took back is `revoked`, one that was
 * refused is `denied`; a failure is no end, and so `in_progress`.
 */
export function drpStatusOf({ state, cancellation }: Pick<RequestRecord, "state" | "cancellation">): DrpStatusName {
  switch (state) {
    case "received":
      return "open";
    case "planned":
    case "collecting":
    case "packing":
    case "failed":
      return "in_progress";
    case "delivered":
    case "partial":
      return "fulfilled";
    case "expired":
      return "expired";
    case "cancelled":
      return cancellation?.by === "controller" ? "denied" : "revoked";
    default:
      throw new TypeError(`Unknown state: ${state satisfies never}`);
  }
}

/** What DRP's status endpoint and its callback say of a request. */
export function drpStatus(record: RequestRecord, options: DrpStatusOptions = {}): DrpStatus {
  const status = drpStatusOf(record);
  const { agentRequestId, resultsUrl, userVerificationUrl } = options;
  const needsProof = status === "in_progress" && userVerificationUrl !== undefined;
  const expiresAt = record.delivery?.expiresAt ?? undefined;
  const details = detailsOf(record);
  return {
    request_id: record.id,
    ...(agentRequestId === undefined ? {} : { agent_request_id: agentRequestId }),
    status,
    ...(needsProof ? { reason: "need_user_verification", user_verification_url: userVerificationUrl } : {}),
    ...(status === "denied" ? { reason: record.cancellation?.reason ?? "other" } : {}),
    received_at: record.receivedAt,
    expected_by: dueAtOf(record),
    ...(details === undefined ? {} : { processing_details: details }),
    ...(status === "fulfilled" && resultsUrl !== undefined ? { results_url: resultsUrl } : {}),
    ...((status === "fulfilled" || status === "expired") && expiresAt !== undefined ? { expires_at: expiresAt } : {}),
  };
}

/** Section 3.03 asks for the reason of an extension here; and a partial answer must not look like a whole one. */
function detailsOf({ state, extension }: RequestRecord): string | undefined {
  if (state === "partial") return "Not everything could be gathered; the bundle says what is missing.";
  if (extension === null) return undefined;
  return extension.reason === "complexity"
    ? "The term was extended because the request is complex."
    : "The term was extended because of the number of requests.";
}
