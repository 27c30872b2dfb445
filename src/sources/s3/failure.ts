import { PortmanteauError } from "../../model/errors.ts";
import { unreachableCodes } from "../../model/source-error.ts";

export async function asked<T>(signal: AbortSignal, what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw failure(cause, what, signal);
  }
}

interface ServiceError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $retryable?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export function isGone(error: unknown): boolean {
  const { name, $metadata } = error as ServiceError;
  return name === "NoSuchKey" || name === "NotFound" || (name !== "NoSuchBucket" && $metadata?.httpStatusCode === 404);
}

const passing = new Set([
  "TimeoutError",
  "RequestTimeout",
  "RequestTimeoutException",
  "SlowDown",
  "ThrottlingException",
  "InternalError",
]);

/** The error to throw for one of the client's. Its message is our own: a client's can quote keys. */
export function failure(cause: unknown, what: string, signal: AbortSignal): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  if (signal.aborted) return new PortmanteauError("ABORTED", "Reading from S3 was aborted.", { cause });
  const { name, code, $retryable, $metadata } = (cause ?? {}) as ServiceError;
  const status = $metadata?.httpStatusCode;
  const word = [code, name].find((each) => typeof each === "string" && /^[A-Za-z0-9_]{1,60}$/.test(each));
  const said = [word, status].filter((each) => each !== undefined).join(", ") || "an unknown error";
  const mayPass = $retryable !== undefined || status === 429 || (status !== undefined && status >= 500);
  const words = [String(code), String(name)];
  if (mayPass || words.some((each) => passing.has(each) || unreachableCodes.has(each)))
    return new PortmanteauError("SOURCE_UNAVAILABLE", `${what} could not be had from S3 for now (${said}).`, {
      retryable: true,
      cause,
    });
  if (what === "An object" && isGone(cause))
    return new PortmanteauError("SOURCE_FAILED", "An object that was listed is not there any more.", { cause });
  return new PortmanteauError("SOURCE_FAILED", `${what} was refused by S3 (${said}).`, { cause });
}
