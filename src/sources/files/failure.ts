import { PortmanteauError } from "../../model/errors.ts";

/** No message holds a path, for a file can be named after a person, nor anything of a file's content: files have numbers, from 1. */
export function failed(message: string, cause?: unknown, recordIndex?: number): PortmanteauError {
  return new PortmanteauError("SOURCE_FAILED", message, {
    ...(cause === undefined ? {} : { cause }),
    ...(recordIndex === undefined ? {} : { context: { recordIndex } }),
  });
}

/** What went wrong on a disk or in a stream that was given: a network disk may come back. */
const passing: ReadonlySet<string> = new Set([
  "EIO",
  "EAGAIN",
  "EBUSY",
  "EMFILE",
  "ENFILE",
  "ETIMEDOUT",
  "ESTALE",
  "ECONNRESET",
  "EPIPE",
]);

export function ioFailure(cause: unknown, file: number): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  const which = `File ${file} cannot be read${code === undefined || !/^[A-Z0-9_]+$/.test(code) ? "" : ` (${code})`}.`;
  return code !== undefined && passing.has(code)
    ? new PortmanteauError("SOURCE_UNAVAILABLE", which, { retryable: true, cause })
    : failed(which, cause);
}
