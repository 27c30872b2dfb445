import { PortmanteauError } from "../../model/errors.ts";
import { unreachableCodes } from "../../model/source-error.ts";

/** Errors of pg and pg-pool that have no code. */
const brokenOff = /^(?:Connection terminated|Client (?:has encountered|was closed)|timeout (?:expired|exceeded))/;
/** Connection lost (08, 57P), too many of them (53300), lost against another transaction (40001, 40P01, 55P03). */
const passing = /^(?:08...|57P..|53300|40001|40P01|55P03)$/;
/** Statement cancelled, idle too long in a transaction, transaction too long. */
const tooLong = /^(?:57014|25P03|25P04)$/;

/** The error's SQLSTATE. Node's codes may have five letters too, but no digit. */
export function sqlState(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether the server answered with an error and goes on serving this connection. */
export function connectionSurvives(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && !/^(?:08|57P|25P03|25P04)/.test(state);
}

/**
 * The error to throw for one of the driver's or of the caller's functions. Its message is our own: a driver's can quote values.
 *
 * @param what What failed, as the subject of a sentence: "The query"
 */
export function failure(cause: unknown, what: string): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  const state = sqlState(cause);
  const code = codeOf(cause);
  const message = cause instanceof Error ? cause.message : "";
  if (state !== undefined) {
    if (passing.test(state))
      return new PortmanteauError("SOURCE_UNAVAILABLE", `${what} was broken off by PostgreSQL (SQLSTATE ${state}).`, {
        retryable: true,
        cause,
      });
    if (tooLong.test(state))
      return new PortmanteauError("SOURCE_TIMEOUT", `${what} took too long for PostgreSQL (SQLSTATE ${state}).`, {
        retryable: true,
        cause,
      });
    return new PortmanteauError("SOURCE_FAILED", `${what} was refused by PostgreSQL (SQLSTATE ${state}).`, { cause });
  }
  if ((code !== undefined && unreachableCodes.has(code)) || brokenOff.test(message))
    return new PortmanteauError(
      "SOURCE_UNAVAILABLE",
      `${what} found no connection to PostgreSQL${code === undefined ? "" : ` (${code})`}.`,
      { retryable: true, cause },
    );
  if (message === "Query read timeout")
    return new PortmanteauError("SOURCE_TIMEOUT", `${what} took longer than the client's query_timeout.`, {
      retryable: true,
      cause,
    });
  return new PortmanteauError("SOURCE_FAILED", `${what} failed.`, { cause });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
