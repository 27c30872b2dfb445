import type { RestartOptions } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { Begun } from "../../model/generated/journal/begun.ts";
import type { ExportRequest } from "../../model/request.ts";
import { closedInTime } from "../read-pages.ts";
import { type BeginRun, planAnew, putBegun } from "./begin.ts";
import { getDocument, names } from "./documents.ts";
import { differing } from "./fingerprint.ts";
import { boundConfig, type DurableConfig, requireBegun, type StoredRequest, vaultOf } from "./request.ts";
import type { Vault } from "./vault.ts";

/**
 * The beginning of an open request that is to be replaced: it has another configuration, and is old enough. Nothing when it is to stay.
 *
 * @throws {PortmanteauError} `REQUEST_UNKNOWN`, `JOURNAL_CORRUPT`
 */
export async function outdated(
  from: DurableConfig,
  requestId: string,
  { begunBefore, signal }: RestartOptions,
): Promise<{ readonly begun: Begun; readonly vault: Vault; readonly isOutdated: boolean }> {
  const vault = await vaultOf(from, requestId, signal);
  const begun = await requireBegun(vault);
  const isOld = begunBefore === undefined || Date.parse(begun.createdAt) < Date.parse(begunBefore);
  if (!isOld || differing(begun.facts, boundConfig(from, vault).facts).length === 0)
    return { begun, vault, isOutdated: false };
  const delivered = await getDocument(vault, "delivered", names.delivered);
  return { begun, vault, isOutdated: delivered?.generation !== begun.generation };
}

/**
 * Puts another beginning in the place of one, which stands until then: whoever dies on the way loses no request. What the first collected
 * is removed afterwards, but for documents whose names the other uses as well: they are of another generation, and count no more.
 */
export async function restartRequest(
  from: DurableConfig,
  vault: Vault,
  before: Begun,
  run: Omit<BeginRun, "plan">,
): Promise<StoredRequest> {
  const request = before.request as unknown as ExportRequest;
  const there = await vault.names();
  const stored = await putBegun(from, vault, request, { ...run, plan: planAnew(from, before, request) }, before);
  const { datasets } = stored.begun;
  const used = new Set<string>([
    names.begun,
    names.delivered,
    ...datasets.map((_dataset, index) => names.count(index)),
    ...stored.parts.flatMap(({ index }) => [names.checkpoint(index), names.receipt(index)]),
  ]);
  for (const name of there) if (!used.has(name)) await vault.delete(name);
  return stored;
}

/** Whether another beginning took the place of this one. */
export async function isReplaced({ begun, vault }: Pick<StoredRequest, "begun" | "vault">): Promise<boolean> {
  const there = await getDocument(vault, "begun", names.begun);
  return there !== undefined && there.generation !== begun.generation;
}

/** What is thrown where a step failed, or has ended, and another beginning took the place of its own: it is to be done again. */
export function replacedError(cause?: unknown): PortmanteauError {
  const message = "The request was begun anew while this step was at work. Do it again.";
  return new PortmanteauError("REQUEST_UNKNOWN", message, { retryable: true, cause });
}

/** The error of a step, or that its request was begun anew meanwhile, which takes away what the step works with. */
export async function errorOf(stored: Pick<StoredRequest, "begun" | "vault">, error: unknown): Promise<unknown> {
  if (PortmanteauError.is(error) && error.code === "ABORTED") return error;
  let replaced = false;
  await closedInTime(
    isReplaced(stored).then((is) => {
      replaced = is;
    }),
  );
  return replaced ? replacedError(error) : error;
}
