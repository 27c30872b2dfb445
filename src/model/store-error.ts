import { unreachableCodes } from "./source-error.ts";

/** What the adapters of object stores read out of an error of the client's. */
export interface StoreVerdict {
  /** Code and status, fit to be logged: a client's own message can quote keys. */
  readonly said: string;
  /** The same call may succeed later. */
  readonly mayPass: boolean;
  /** There is no such object. */
  readonly isGone: boolean;
}

interface ServiceError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $retryable?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const passing = new Set([
  "TimeoutError",
  "RequestTimeout",
  "RequestTimeoutException",
  "SlowDown",
  "ThrottlingException",
  "InternalError",
  "OperationAborted", // another request of the same key is under way
  "BadDigest", // bytes were changed on the way
]);

export function storeVerdict(error: unknown): StoreVerdict {
  const { name, code, $retryable, $metadata } = (error ?? {}) as ServiceError;
  const status = $metadata?.httpStatusCode;
  const word = [code, name].find((each) => typeof each === "string" && /^[A-Za-z0-9_]{1,60}$/.test(each));
  const words = [String(code), String(name)];
  return {
    said: [word, status].filter((each) => each !== undefined).join(", ") || "an unknown error",
    mayPass:
      $retryable !== undefined ||
      status === 429 ||
      (status !== undefined && status >= 500) ||
      words.some((each) => passing.has(each) || unreachableCodes.has(each)),
    isGone: name === "NoSuchKey" || name === "NotFound" || (name !== "NoSuchBucket" && status === 404),
  };
}
