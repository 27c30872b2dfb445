import { isDeepStrictEqual } from "node:util";
import type { Manifest } from "../model/generated/manifest.ts";
import { isWhole, type Outcome, type RecordCounts } from "../model/outcome.ts";
import { type Finding, finding } from "./findings.ts";
import { layout } from "./layout.ts";
import type { CheckedZip } from "./verify-zip.ts";

/** One zip of those that were given. */
export interface SetMember extends CheckedZip {
  readonly manifest: Manifest;
  /** What its findings carry, when several zips were given. */
  readonly where: { readonly zip?: number };
}

/** What no zip shows alone: that all parts of one bundle are here, in their places, and that together they hold all records. */
export function* checkSet(members: readonly SetMember[]): Generator<Finding> {
  const [first, ...others] = [...members].sort((a, b) => a.manifest.part.number - b.manifest.part.number);
  if (first === undefined) return;
  const parts = new Map<number, SetMember>([[first.manifest.part.number, first]]);
  for (const member of others) {
    const { number } = member.manifest.part;
    const problem =
      foreignness(first, member) ?? (parts.has(number) ? `Two zips say that they are part ${number}.` : undefined);
    if (problem === undefined) parts.set(number, member);
    else yield finding("PART_FOREIGN", problem, { ...member.where });
  }
  const { count = 1 } = first.manifest.part;
  const missing = Array.from({ length: Math.min(count, 1_000_000) }, (_, index) => index + 1).filter(
    (number) => !parts.has(number),
  );
  if (missing.length > 0)
    yield finding("PART_MISSING", `The bundle has ${count} parts; not given: ${numbers(missing)}.`);
  for (const [number, { manifest, where }] of parts) {
    const before = parts.get(number - 1)?.sha256;
    if (before !== undefined && manifest.part.previous !== before)
      yield finding("PART_FOREIGN", `Part ${number} was made to follow another part ${number - 1}.`, { ...where });
  }
  if (missing.length === 0) yield* checkWhole([...parts.values()]);
}

/** Why a zip does not belong to the set of another; parts of one bundle say the same but for their files. */
function foreignness({ manifest: first }: SetMember, { manifest }: SetMember): string | undefined {
  if (manifest.bundleId !== first.bundleId) return "The zip is another bundle's.";
  const common = ({ part, datasets, ...rest }: Manifest) => ({
    ...rest,
    count: part.count,
    datasets: datasets.map(({ files: _, schema: __, ...facts }) => facts),
  });
  return isDeepStrictEqual(common(manifest), common(first))
    ? undefined
    : "The zip's manifest contradicts that of the first part.";
}

/** Long lists are cut: a manifest may claim any number of parts. */
function numbers(missing: readonly number[]): string {
  return missing.length <= 10
    ? missing.join(", ")
    : `${missing.slice(0, 10).join(", ")} and ${missing.length - 10} more`;
}

function* checkWhole(members: readonly SetMember[]): Generator<Finding> {
  const datasets = members.map(({ manifest }) => new Map(manifest.datasets.map((dataset) => [dataset.name, dataset])));
  for (const { name, outcome, records } of members[0]?.manifest.datasets ?? []) {
    const files = datasets.flatMap((byName) => byName.get(name)?.files ?? []);
    const hasRecords = outcome === "complete" || outcome === "empty" || outcome === "partial";
    const problem = hasRecords ? countProblem(outcome, records) : undefined;
    if (problem !== undefined) yield finding("COUNT_MISMATCH", `"${name}": ${problem}.`, { path: layout.manifest });
    const paths = { json: layout.json(name), csv: layout.csv(name), quarantine: layout.quarantine(name) };
    for (const path of hasRecords ? [paths.json, paths.csv] : []) {
      if (!files.some((file) => file.path === path))
        yield finding("ENTRY_MISSING", `The manifest says that "${name}" is ${outcome}, and does not name this file.`, {
          path,
        });
    }
    for (const [index, member] of hasRecords ? members.entries() : []) {
      const dataset = datasets[index]?.get(name);
      if (dataset !== undefined && dataset.files.length > 0 && dataset.schema === undefined)
        yield finding("ENTRY_MISSING", `The manifest does not name the schema of "${name}".`, {
          path: layout.schema(name),
          ...member.where,
        });
    }
    for (const [path, said] of [
      [paths.json, records.written],
      [paths.csv, records.written],
      [paths.quarantine, records.quarantined],
    ] as const) {
      const named = files.filter((file) => file.path === path);
      const claimed = named.reduce((sum, file) => sum + (file.records ?? 0), 0);
      if (claimed === said || (named.length === 0 && path !== paths.quarantine)) continue;
      if (named.length === 0)
        yield finding("ENTRY_MISSING", "The manifest counts quarantined records and names no file of them.", { path });
      else
        yield finding("COUNT_MISMATCH", `The manifest counts ${said} records, and ${claimed} in its files.`, { path });
    }
  }
}

/** Nothing is lost: what was read is written or in quarantine, and what is whole was read to the end. */
function countProblem(outcome: Outcome, { read, written, quarantined, expected }: RecordCounts): string | undefined {
  if (read !== written + quarantined)
    return `${read} records were read, and ${written + quarantined} written or quarantined`;
  if (outcome === "empty" && read > 0) return `it is empty, and ${read} records were read`;
  if (isWhole(outcome) && expected !== null && expected !== read)
    return `it is ${outcome}, and ${read} of ${expected} records were read`;
  return undefined;
}
