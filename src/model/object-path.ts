import { maxObjectBytes } from "./durable.ts";
import { PortmanteauError } from "./errors.ts";

const segment = /^[a-z0-9_-][a-z0-9._-]*$/;
const partialSegment = /^(?:[a-z0-9_-][a-z0-9._-]*)?$/;
const maxPathLength = 200;

/**
 * Refuses what cannot be an object of a durable spool. Each spool calls it first, so that all take the same.
 *
 * @param bytes what is to be stored; absent when it is only read or deleted
 * @throws {PortmanteauError} `SPOOL_FAILED`
 * @example
 * ```ts
 * checkObject("requests/1/journal", bytes);
 * ```
 */
export function checkObject(path: string, bytes?: Uint8Array): void {
  if (typeof path !== "string" || path.length > maxPathLength || !path.split("/").every((name) => segment.test(name)))
    throw refused(
      "That is no path of an object",
      "segments of a-z, 0-9, -, _ and ., divided by /, none beginning with .",
    );
  if (bytes !== undefined && bytes.length > maxObjectBytes)
    throw refused("The object is too large", `at most ${maxObjectBytes} bytes; divide it`);
}

/**
 * Refuses what no path of an object begins with; the empty text is what all begin with.
 *
 * @throws {PortmanteauError} `SPOOL_FAILED`
 */
export function checkObjectPrefix(prefix: string): void {
  const folders = typeof prefix === "string" ? prefix.split("/") : ["/"];
  const last = folders.pop() ?? "";
  if (prefix.length > maxPathLength || !partialSegment.test(last) || !folders.every((name) => segment.test(name)))
    throw refused("No path of an object begins so", "whole segments, divided by /, and the beginning of one more");
}

/** Whether a name, as a store lists it, is one of ours; others are not touched. */
export function isObjectSegment(name: string): boolean {
  return segment.test(name);
}

function refused(what: string, allowed: string): PortmanteauError {
  return new PortmanteauError("SPOOL_FAILED", `${what}. Allowed: ${allowed}.`);
}
