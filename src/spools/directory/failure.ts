import { PortmanteauError } from "../../model/errors.ts";

/** Codes of the system that may not come again: no room for now, too many open files, a network's file system that is away. */
const passing = new Set([
  "EAGAIN",
  "EBUSY",
  "EDQUOT",
  "EINTR",
  "EIO",
  "EMFILE",
  "ENFILE",
  "ENOLCK",
  "ENOMEM",
  "ENOSPC",
  "ESTALE",
  "ETIMEDOUT",
]);

/** The error to throw for one of the system's. */
export function failure(root: string, what: string, cause: unknown): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  const code = codeOf(cause) ?? "an unknown error";
  const message = `${what} (${code}). Look at the space, the quota and the permissions of ${root}.`;
  return new PortmanteauError("SPOOL_FAILED", message, { retryable: passing.has(code), cause });
}

/** Something stands in the spool that it did not put there. */
export function foreign(root: string, path: string, what: string): PortmanteauError {
  return new PortmanteauError(
    "SPOOL_FAILED",
    `"${path}" in ${root} is ${what}. Find out who put it there, and remove it.`,
  );
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** The promise's result, and nothing where the system answers with one of these codes. */
export async function unless<T>(codes: readonly string[], promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codes.includes(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}
