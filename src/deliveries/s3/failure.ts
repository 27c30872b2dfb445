import { PortmanteauError } from "../../model/errors.ts";
import { unreachableCodes } from "../../model/source-error.ts";

interface ServiceError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $retryable?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const passing = new Set([
  "TimeoutError",
  "RequestTimeout",
  "SlowDown",
  "ThrottlingException",
  "InternalError",
  "OperationAborted", // another request of the same key is under way
  "BadDigest", // bytes were changed on the way
  ...unreachableCodes,
]);

/** The error to throw for one of the client's. Its message is our own: a client's can quote the key. */
export function failure(cause: unknown, what: string, stop: AbortSignal): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  if (stop.aborted) return new PortmanteauError("ABORTED", "The delivery to S3 was aborted.", { cause });
  const { name, code, $retryable, $metadata } = (cause ?? {}) as ServiceError;
  const status = $metadata?.httpStatusCode;
  const word = [code, name].find((each) => typeof each === "string" && /^[A-Za-z0-9_]{1,60}$/.test(each));
  const said = [word, status].filter((each) => each !== undefined).join(", ") || "an unknown error";
  const retryable =
    $retryable !== undefined ||
    status === 429 ||
    (status !== undefined && status >= 500) ||
    [String(code), String(name)].some((each) => passing.has(each));
  return new PortmanteauError("DELIVERY_FAILED", `S3 ${retryable ? "failed" : "refused"} ${what} (${said}).`, {
    retryable,
    cause,
  });
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
