import { PortmanteauError } from "../../model/errors.ts";
import { unreachableCodes } from "../../model/source-error.ts";

/** The driver's own code beside the system's. */
const lostConnection = "PROTOCOL_CONNECTION_LOST";
/** Errors of mysql2 that have no code. */
const brokenOff =
  /^(?:Can't add new command when connection is in closed state|No connections available\.|Queue limit reached\.)/;
/** Too many connections, or prepared statements. */
const crowded = [1040, 1203, 1226, 1461];
/** Connection or statement ended from outside, server going down. */
const ended = [1053, 1152, 1317, 1927, 4031];
/** Lost against another transaction, or a table changed under the snapshot. */
const lost = [1205, 1213, 1412, 3572];
const passing = new Set([...crowded, ...ended, ...lost]);
/** MySQL's `max_execution_time`, MariaDB's `max_statement_time`. */
const tooLong = new Set([3024, 1969]);

/** What the server said, by number; nothing when it was not the server. */
export function serverError(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errno" in error)) return undefined;
  return typeof error.errno === "number" && error.errno >= 1000 ? error.errno : undefined;
}

/** Whether the server answered with an error and goes on serving this connection. */
export function connectionSurvives(error: unknown): boolean {
  const number = serverError(error);
  return number !== undefined && ![1053, 1152, 1927, 4031].includes(number) && !/^08/.test(sqlState(error));
}

/**
 * The error to throw for one of the driver's or of the caller's functions. Its message is our own: a driver's can quote values.
 *
 * @param what What failed, as the subject of a sentence: "The query"
 */
export function failure(cause: unknown, what: string): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  const number = serverError(cause);
  if (number !== undefined) {
    const said = `(error ${number}, SQLSTATE ${sqlState(cause) || "unknown"})`;
    if (tooLong.has(number))
      return new PortmanteauError("SOURCE_TIMEOUT", `${what} took too long for the server ${said}.`, {
        retryable: true,
        cause,
      });
    // SQLSTATE 08: the connection failed; a cluster that is not ready yet says so as well.
    if (passing.has(number) || sqlState(cause).startsWith("08"))
      return new PortmanteauError("SOURCE_UNAVAILABLE", `${what} was broken off by the server ${said}.`, {
        retryable: true,
        cause,
      });
    return new PortmanteauError("SOURCE_FAILED", `${what} was refused by the server ${said}.`, { cause });
  }
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const isGone = unreachableCodes.has(code) || code === lostConnection;
  if (isGone || (cause instanceof Error && brokenOff.test(cause.message)))
    return new PortmanteauError(
      "SOURCE_UNAVAILABLE",
      `${what} found no connection to the server${code === "" ? "" : ` (${code})`}.`,
      { retryable: true, cause },
    );
  return new PortmanteauError("SOURCE_FAILED", `${what} failed.`, { cause });
}

function sqlState(error: unknown): string {
  const state = error instanceof Error && "sqlState" in error ? String(error.sqlState) : "";
  return /^[0-9A-Z]{5}$/.test(state) ? state : "";
}
