import { PortmanteauError } from "../model/errors.ts";
import type { Source } from "../model/source.ts";
import type { CompiledConfig } from "./config.ts";
import { type FoundIdentities, type ResolveOptions, resolveIdentities } from "./identities.ts";
import { type CollectedDataset, type Plan, unknownSubject } from "./plan.ts";

/**
 * The plan with the key that each system knows the subject by. A dataset without one is `notApplicable`, or fails if it says so; one
 * whose key could not be judged fails when it is read, which is judged by the policy as any failure is.
 *
 * @throws {PortmanteauError} `IDENTITY_AMBIGUOUS`, `ABORTED`
 */
export async function identifiedPlan(config: CompiledConfig, plan: Plan, options: ResolveOptions): Promise<Plan> {
  const asked = new Set(
    plan.datasets.flatMap(({ decision, dataset }) => (decision === "collect" ? (dataset.identity ?? []) : [])),
  );
  if (asked.size === 0) return plan;
  const found = await resolveIdentities(config, plan.request.subject, asked, options);
  return {
    ...plan,
    datasets: plan.datasets.map((planned) => (planned.decision === "collect" ? identified(planned, found) : planned)),
  };
}

function identified(planned: CollectedDataset, { values, errors }: FoundIdentities): Plan["datasets"][number] {
  const { dataset, subject } = planned;
  const { name, identity, onNoIdentity } = dataset;
  if (identity === undefined) return planned;
  const error = errors.get(identity);
  if (error !== undefined) return failing(planned, error);
  const id = values.get(identity);
  if (id !== undefined) return { ...planned, subject: { id } };
  if (subject !== unknownSubject) return planned;
  if (onNoIdentity !== "fail")
    return {
      decision: "notApplicable",
      dataset,
      reason: `This system knows people by "${identity}", and none was found for this person.`,
    };
  const missing = `Dataset "${name}" knows people by "${identity}", and none was found for the subject of this request.`;
  return failing(planned, new PortmanteauError("IDENTITY_MISSING", missing));
}

/** The dataset with a source that cannot be read. */
export function failing(planned: CollectedDataset, error: PortmanteauError): CollectedDataset {
  const { dataset } = planned;
  const { name, capabilities } = dataset.source;
  const source: Source = {
    name,
    capabilities: { ...capabilities, count: false, partitions: false },
    read: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) }),
  };
  return { ...planned, dataset: { ...dataset, source }, unresolved: error };
}
