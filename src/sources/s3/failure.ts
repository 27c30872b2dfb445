import { PortmanteauError } from "../../model/errors.ts";
import { storeVerdict } from "../../model/store-error.ts";

export async function asked<T>(signal: AbortSignal, what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw failure(cause, what, signal);
  }
}

export function isGone(error: unknown): boolean {
  return storeVerdict(error).isGone;
}

/** The error to throw for one of the client's. Its message is our own: a client's can quote keys. */
export function failure(cause: unknown, what: string, signal: AbortSignal): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  if (signal.aborted) return new PortmanteauError("ABORTED", "Reading from S3 was aborted.", { cause });
  const { said, mayPass, isGone } = storeVerdict(cause);
  if (mayPass)
    return new PortmanteauError("SOURCE_UNAVAILABLE", `${what} could not be had from S3 for now (${said}).`, {
      retryable: true,
      cause,
    });
  if (what === "An object" && isGone)
    return new PortmanteauError("SOURCE_FAILED", "An object that was listed is not there any more.", { cause });
  return new PortmanteauError("SOURCE_FAILED", `${what} was refused by S3 (${said}).`, { cause });
}
