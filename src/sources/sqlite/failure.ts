import { PortmanteauError } from "../../model/errors.ts";

/** Result codes of SQLite that another moment can change: somebody else holds the lock. */
const passing: Readonly<Record<number, string>> = {
  5: "SQLITE_BUSY",
  6: "SQLITE_LOCKED",
  9: "SQLITE_INTERRUPT",
  15: "SQLITE_PROTOCOL",
};

/**
 * The error to throw for one of the driver's or of the caller's functions. Its message is our own: a driver's can quote values.
 *
 * @param what What failed, as the subject of a sentence: "The query"
 */
export function failure(cause: unknown, what: string): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  const code = codeOf(cause);
  if (code === undefined) return new PortmanteauError("SOURCE_FAILED", `${what} failed.`, { cause });
  if (Object.values(passing).some((name) => code.startsWith(name)))
    return new PortmanteauError("SOURCE_UNAVAILABLE", `${what} was kept from the SQLite database (${code}).`, {
      retryable: true,
      cause,
    });
  return new PortmanteauError("SOURCE_FAILED", `${what} was refused by SQLite (${code}).`, { cause });
}

/** SQLite's result code: better-sqlite3 gives its name, node:sqlite its number. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("errcode" in error && typeof error.errcode === "number")
    return passing[error.errcode & 0xff] ?? `error ${error.errcode}`;
  return "code" in error && /^SQLITE_[A-Z_]+$/.test(String(error.code)) ? String(error.code) : undefined;
}
