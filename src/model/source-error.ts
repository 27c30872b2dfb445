import { PortmanteauError } from "./errors.ts";

/** What adapters say in the same words. */

/** A source, or a function that it was given, broke the contract. */
export function contract(message: string): PortmanteauError {
  return new PortmanteauError("SOURCE_CONTRACT", message);
}

/** An option of an adapter cannot be. */
export function invalid(message: string): PortmanteauError {
  return new PortmanteauError("CONFIG_INVALID", message);
}

/** The system's codes for a server or a network that may be back soon. */
export const unreachableCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);
