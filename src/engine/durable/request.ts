import { PortmanteauError } from "../../model/errors.ts";
import type { Begun } from "../../model/generated/journal/begun.ts";
import { isPlainObject, pointerStep } from "../../model/json.ts";
import type { ExportRequest } from "../../model/request.ts";
import type { Partition } from "../../model/source.ts";
import type { CompiledConfig } from "../config.ts";
import { failing } from "../identified-plan.ts";
import { type CollectedDataset, completeRequest, type Plan, type SkippedDataset, unknownSubject } from "../plan.ts";
import { getDocument, names, storedError } from "./documents.ts";
import { type Fingerprint, fingerprintOf, requireSame } from "./fingerprint.ts";
import type { DurableSettings } from "./settings.ts";
import { askKey, folderOf, Vault } from "./vault.ts";

/** What the durable engine is made of. */
export interface DurableConfig {
  readonly config: CompiledConfig;
  readonly durable: DurableSettings;
  /** The key that the caller gave; pseudonyms have one of the request's own otherwise, the same for all workers. */
  readonly pseudonymKey: Uint8Array | undefined;
}

/** One part of a request that was begun. */
export interface StoredPart {
  /** Among all parts of the request. */
  readonly index: number;
  /** Index of its dataset in the document. */
  readonly of: number;
  readonly dataset: string;
  readonly source: string;
  /** Its index among the dataset's, where there are several. */
  readonly partition: number | undefined;
  /** What the source is asked for. */
  readonly given: Partition | undefined;
}

/** A request in the journal. */
export interface StoredRequest {
  readonly begun: Begun;
  readonly vault: Vault;
  readonly plan: Plan;
  readonly config: CompiledConfig;
  readonly parts: readonly StoredPart[];
}

export async function vaultOf(
  { durable }: Pick<DurableConfig, "durable">,
  requestId: string,
  signal: AbortSignal | undefined,
): Promise<Vault> {
  return new Vault(durable.spool, await askKey(durable.key), folderOf(requestId), signal);
}

/** The configuration with the key of the request's pseudonyms, and its fingerprint. */
export function boundConfig(
  { config, pseudonymKey }: DurableConfig,
  vault: Vault,
): { readonly config: CompiledConfig; readonly facts: Fingerprint } {
  return {
    config: { ...config, pseudonymKey: pseudonymKey ?? vault.derive("pseudonyms") },
    facts: fingerprintOf(config, pseudonymKey, vault.derive("fingerprint")),
  };
}

/** @throws {PortmanteauError} `REQUEST_UNKNOWN` */
export async function requireBegun(vault: Vault): Promise<Begun> {
  const begun = await getDocument(vault, "begun", names.begun);
  if (begun !== undefined) return begun;
  throw new PortmanteauError("REQUEST_UNKNOWN", "The request is not in the durable spool. Begin it.");
}

/** @throws {PortmanteauError} `REQUEST_UNKNOWN`, `RESUME_REFUSED`, `JOURNAL_CORRUPT` */
export async function openRequest(
  from: DurableConfig,
  requestId: string,
  signal: AbortSignal | undefined,
): Promise<StoredRequest> {
  const vault = await vaultOf(from, requestId, signal);
  return storedRequest(from, vault, await requireBegun(vault));
}

/**
 * The request as another process began it at the same moment, whose beginning took the place of this one: nothing tells them apart before.
 * Nothing when this one stands, or when the request was purged.
 *
 * @throws {PortmanteauError} `REQUEST_CONFLICT`, `RESUME_REFUSED`, `JOURNAL_CORRUPT`
 */
export async function begunInstead(
  from: DurableConfig,
  { begun, vault }: StoredRequest,
): Promise<StoredRequest | undefined> {
  const other = await getDocument(vault, "begun", names.begun);
  if (other === undefined || other.generation === begun.generation) return undefined;
  requireSameRequest(other, begun.request as unknown as ExportRequest);
  return storedRequest(from, vault, other);
}

/** @throws {PortmanteauError} `RESUME_REFUSED` */
export function storedRequest(from: DurableConfig, vault: Vault, begun: Begun): StoredRequest {
  const { config, facts } = boundConfig(from, vault);
  requireSame(begun.facts, facts);
  return { begun, vault, config, plan: storedPlan(config, begun), parts: partsOf(begun) };
}

/** When the request was begun for the first time. */
export const firstBegun = ({ firstBegunAt, createdAt }: Pick<Begun, "firstBegunAt" | "createdAt">): string =>
  firstBegunAt ?? createdAt;

/** The plan as it was decided: nothing is asked again. */
function storedPlan(config: CompiledConfig, begun: Begun): Plan {
  const request = completeRequest(begun.request as unknown as ExportRequest, firstBegun(begun), config.locale);
  return {
    request,
    portabilityScope: request.type === "portability" ? config.portabilityScope : null,
    datasets: config.datasets.map(({ dataset, access, portability }, index): CollectedDataset | SkippedDataset => {
      const stored = begun.datasets[index] as Begun["datasets"][number]; // the fingerprint holds the names, in order
      const view = request.type === "access" ? access : portability;
      if (stored.decision !== "collect" || "excluded" in view) {
        const { decision, exclusion, reason } = stored as typeof stored & { decision: SkippedDataset["decision"] };
        return { decision, dataset, reason: reason ?? "", ...(exclusion === null ? {} : { exclusion }) };
      }
      const { error, subject: id } = stored;
      const subject = id === null ? unknownSubject : { id };
      const planned: CollectedDataset = { decision: "collect", dataset, ...view, subject };
      return error === null ? planned : failing(planned, storedError(error, dataset.name));
    }),
  };
}

/** What is to be collected, in the bundle's order. */
export function partsOf({ datasets }: Begun): StoredPart[] {
  const parts: StoredPart[] = [];
  for (const [of, { name: dataset, source, decision, partitions }] of datasets.entries()) {
    if (decision !== "collect") continue;
    for (const [partition, given] of (partitions.length === 0 ? [undefined] : partitions).entries())
      parts.push({
        index: parts.length,
        of,
        dataset,
        source,
        partition: partitions.length > 1 ? partition : undefined,
        given: given as Partition | undefined,
      });
  }
  return parts;
}

/** The part of this name. @throws {PortmanteauError} `REQUEST_INVALID` when there is none */
export function partNamed(parts: readonly StoredPart[], dataset: string, partition: number | undefined): StoredPart {
  const found = parts.find((part) => part.dataset === dataset && part.partition === partition);
  if (found !== undefined) return found;
  const of = partition === undefined ? "" : `partition ${partition} of `;
  throw new PortmanteauError(
    "REQUEST_INVALID",
    `The request has no part that is ${of}the dataset "${dataset}". Take the parts that begin gives.`,
  );
}

/** @throws {PortmanteauError} `REQUEST_CONFLICT` that names the fields which differ, and no value */
export function requireSameRequest(begun: Begun, request: ExportRequest): void {
  const [pointer] = differences(begun.request, JSON.parse(JSON.stringify(request)), "");
  if (pointer === undefined) return;
  throw new PortmanteauError(
    "REQUEST_CONFLICT",
    `A request of this id was begun, and differs at "${pointer || "/"}". Send it as it was begun, or under an id of its own.`,
    { context: { pointer } },
  );
}

function* differences(one: unknown, other: unknown, pointer: string): Generator<string> {
  const areLists = Array.isArray(one) && Array.isArray(other) && one.length === other.length;
  if (!areLists && !(isPlainObject(one) && isPlainObject(other))) {
    if (one !== other) yield pointer;
    return;
  }
  const [a, b] = [one, other] as unknown as readonly Record<string, unknown>[];
  for (const key of new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]))
    yield* differences(a?.[key], b?.[key], pointer + pointerStep(key));
}
