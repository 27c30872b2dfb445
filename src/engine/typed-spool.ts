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
