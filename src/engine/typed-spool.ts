import { PortmanteauError } from "../model/errors.ts";

/** Whatever a spool throws is the spool's failure: never the source's, never retried. */
export async function typedSpool<T>(name: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw PortmanteauError.is(cause)
      ? cause
      : new PortmanteauError("SPOOL_FAILED", `The spooled stream "${name}" could not be written.`, { cause });
  }
}

/** What a spool threw while a dataset's bytes were read back, as its failure. */
export function unreadable(dataset: string, cause: unknown): PortmanteauError {
  if (PortmanteauError.is(cause)) return cause;
  const message = `The spooled bytes of dataset "${dataset}" could not be read.`;
  return new PortmanteauError("SPOOL_FAILED", message, { context: { dataset }, cause });
}
