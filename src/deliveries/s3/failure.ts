import { PortmanteauError } from "../../model/errors.ts";
import { storeVerdict } from "../../model/store-error.ts";

/** The error to throw for one of the client's. Its message is our own: a client's can quote the key. */
export function failure(cause: unknown, what: string, stop: AbortSignal): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  if (stop.aborted) return new PortmanteauError("ABORTED", "The delivery to S3 was aborted.", { cause });
  const { said, mayPass: retryable } = storeVerdict(cause);
  return new PortmanteauError("DELIVERY_FAILED", `S3 ${retryable ? "failed" : "refused"} ${what} (${said}).`, {
    retryable,
    cause,
  });
}

interface ServiceError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const notSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Whether a request that failed may have been done: it was sent, and the store did not say no. */
export function mayBeDone(error: unknown): boolean {
  const { $metadata, code } = causeOf(error);
  return $metadata?.httpStatusCode === undefined && !notSent.has(String(code));
}

export function isNoUpload(error: unknown): boolean {
  const { name, $metadata } = causeOf(error);
  return name === "NoSuchUpload" || (name !== "NoSuchBucket" && $metadata?.httpStatusCode === 404);
}

/** What the client threw. */
function causeOf(error: unknown): ServiceError {
  return ((PortmanteauError.is(error) ? error.cause : error) ?? {}) as ServiceError;
}
