import { verifyingKey } from "../bundle/keys.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { ExportEvent } from "../model/events.ts";
import type { RunOptions } from "./export.ts";
import type { Journal } from "./journal.ts";

/** The page, the manifest and the rest that every zip has need room, too. */
const leastSplitBytes = 65_536;
const bundleIdPattern = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws {PortmanteauError} `CONFIG_INVALID` */
export function requireBundleId(bundleId: string): void {
  if (bundleIdPattern.test(bundleId)) return;
  throw new PortmanteauError("CONFIG_INVALID", "bundleId is not of the form urn:uuid:…, in lower case.", {
    context: { pointer: "/bundleId" },
  });
}

/** Refuses before anything is read. @throws {PortmanteauError} `CONFIG_INVALID` */
export function requireOptions({ splitBytes, sign }: Pick<RunOptions, "splitBytes" | "sign">): void {
  if (splitBytes !== undefined && (!Number.isSafeInteger(splitBytes) || splitBytes < leastSplitBytes))
    throw new PortmanteauError("CONFIG_INVALID", `splitBytes is a whole number of bytes from ${leastSplitBytes}.`, {
      context: { pointer: "/splitBytes" },
    });
  if (sign !== undefined) verifyingKey(sign.publicKey);
}

/** Tells the caller's observer; what that throws is noted once, and does not harm the export. */
export function observed(
  onEvent: ((event: ExportEvent) => void) | undefined,
  { find }: Pick<Journal, "find">,
): (event: ExportEvent) => void {
  let isSound = true;
  return (event) => {
    try {
      onEvent?.(event);
    } catch {
      if (isSound) find("OBSERVER_FAILED", null, "onEvent threw an error; the export went on.");
      isSound = false;
    }
  };
}
