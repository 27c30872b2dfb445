import { PortmanteauError } from "../model/errors.ts";

/** The error to throw for one of the driver's. Its message is our own: a driver's can quote values. */
export function failure(cause: unknown, message: string): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  const code = codeOf(cause);
  return new PortmanteauError("SOURCE_FAILED", `${message}${code === undefined ? "" : ` (${code})`}`, { cause });
}

/** The driver's code: a SQLSTATE, a system error's name. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether the code is a server's answer. Node's codes may have five letters too, but no digit. */
export function isSqlState(code: string | undefined): boolean {
  return code !== undefined && /^(?=.*\d)[0-9A-Z]{5}$/.test(code);
}

/** Refuses schemas that are not there, and a list of none: looking at nothing finds nothing. */
export function refuseMissing(schemas: readonly string[] | undefined, there: readonly string[]): void {
  if (schemas?.length === 0)
    throw new PortmanteauError("CONFIG_INVALID", "Coverage: `schemas` is empty. Name some, or leave it out.");
  const missing = schemas?.find((schema) => !there.includes(schema));
  if (missing !== undefined)
    throw new PortmanteauError(
      "CONFIG_INVALID",
      `Coverage: there is no schema "${missing}" in the database. Mend \`schemas\`; there are: ${there.join(", ")}.`,
    );
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new PortmanteauError("ABORTED", "Looking at the database was aborted.", { cause: signal.reason });
}
