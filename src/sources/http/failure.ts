import { PortmanteauError } from "../../model/errors.ts";

/** A certificate that is not trusted, or a request that cannot be sent at all: no retry mends it. */
const permanent = /^(?:CERT_|DEPTH_|SELF_SIGNED_|UNABLE_TO_|ERR_|UND_ERR_INVALID_ARG|UND_ERR_NOT_SUPPORTED)/;

/** Errors of one source. No message holds a URL, a header or a part of a body: all of them can name the person. */
export interface Failures {
  unavailable(message: string, cause?: unknown): PortmanteauError;
  timeout(message: string): PortmanteauError;
  failed(message: string, cause?: unknown): PortmanteauError;
  contract(message: string): PortmanteauError;
  aborted(signal: AbortSignal): PortmanteauError;
  /** Of what `fetch` or a body threw. `sent`: an answer had begun, so the connection was there. */
  broken(thrown: unknown, sent: boolean): PortmanteauError;
  /** Of what a function of the caller threw. */
  thrown(thrown: unknown, option: string): PortmanteauError;
}

export function failuresOf(name: string): Failures {
  const make = (code: PortmanteauError["code"], message: string, retryable: boolean, cause?: unknown) =>
    new PortmanteauError(code, `Source "${name}": ${message}`, {
      retryable,
      ...(cause === undefined ? {} : { cause }),
    });
  const failures: Failures = {
    unavailable: (message, cause) => make("SOURCE_UNAVAILABLE", message, true, cause),
    timeout: (message) => make("SOURCE_TIMEOUT", message, true),
    failed: (message, cause) => make("SOURCE_FAILED", message, false, cause),
    contract: (message) => make("SOURCE_CONTRACT", message, false),
    aborted: (signal) => make("ABORTED", "reading was aborted.", false, signal.reason),
    broken(thrown, sent) {
      if (PortmanteauError.is(thrown)) return thrown;
      const code = networkCode(thrown);
      if (code !== undefined && permanent.test(code) && !code.startsWith("ERR_STREAM"))
        return failures.failed(`no connection can be made (${code}). Look at the address and its certificate.`, thrown);
      if (code !== undefined || sent)
        return failures.unavailable(
          `${sent ? "the answer broke off" : "it is not reachable"}${code === undefined ? "" : ` (${code})`}.`,
          thrown,
        );
      return failures.failed("the request could not be sent; the reason is in the cause.", thrown);
    },
    thrown: (thrown, option) =>
      PortmanteauError.is(thrown) ? thrown : failures.failed(`\`${option}\` threw an error.`, thrown),
  };
  return failures;
}

/** The code of the error beneath: `fetch` wraps it in a TypeError, and that in another. */
function networkCode(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++)
    if ("code" in error && typeof error.code === "string" && /^[A-Z0-9_]+$/.test(error.code)) return error.code;
  return undefined;
}
