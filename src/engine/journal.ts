import { formatName, formatVersion } from "../bundle/layout.ts";
import { categoriesOf, type ManifestDataset } from "../bundle/manifest.ts";
import type { Manifest } from "../model/generated/manifest.ts";
import type { Report } from "../model/generated/report.ts";
import { isWhole, type ReportFinding } from "../model/outcome.ts";
import type { Collected } from "./conclude-dataset.ts";
import type { CompiledConfig } from "./config.ts";
import { goesOn } from "./part-keeper.ts";
import type { Plan } from "./plan.ts";

type ReportFile = Report["datasets"][number]["files"][number];

/** What happened in one export so far: the manifest and the report are written from it. */
export class Journal {
  readonly findings: ReportFinding[] = [];
  readonly collected = new Map<string, Collected>();
  bundle: NonNullable<Report["bundle"]> | undefined;
  /** The files of each dataset in the zips of a set. */
  filesInSet: ReadonlyMap<string, readonly ReportFile[]> | undefined;
  /** Whether the parts were collected apart, perhaps by several processes: then no two of them show the same moment. */
  readonly apart: boolean;
  readonly #started: number;

  constructor({ apart = false } = {}) {
    this.apart = apart;
    this.#started = performance.now();
  }

  /** Milliseconds since the export began. */
  get elapsedMs(): number {
    return Math.round((performance.now() - this.#started) * 10) / 10;
  }

  readonly find = (code: ReportFinding["code"], dataset: string | null, message: string): void => {
    this.findings.push({ code, dataset, message });
  };
}

export interface Identity {
  readonly bundleId: string;
  readonly createdAt: string;
}

/** The manifest, but for the files, which the bundle's writer knows. */
export function buildManifest(
  config: CompiledConfig,
  plan: Plan,
  journal: Journal,
  { bundleId, createdAt }: Identity,
): Manifest {
  const { request } = plan;
  const { id, type, regulation, locale, receivedAt, dueAt, extension } = request;
  const concerned = plan.datasets.flatMap((planned) =>
    planned.decision === "collect" ? [planned] : planned.decision === "excluded" ? [{ dataset: planned.dataset }] : [],
  );
  return {
    format: formatName,
    formatVersion,
    bundleId,
    createdAt,
    generator: { ...config.generator },
    part: { number: 1, last: true },
    completeness: completenessOf(journal),
    consistency: consistencyOf(journal),
    portabilityScope: plan.portabilityScope,
    request: {
      id,
      type,
      regulation,
      ...(locale === "en" ? {} : { locale }),
      receivedAt,
      dueAt,
      ...(extension === undefined ? {} : { extension }),
    },
    // As the request gave them: keys that were resolved are in the records, as far as their schemas say so.
    subject: { ...request.subject, identities: request.subject.identities ?? [] },
    controller: config.controller,
    recipients: [...config.recipients],
    rights: [...config.rights(locale)],
    ...(config.complaint === undefined ? {} : { complaint: config.complaint }),
    automatedDecisions: [...config.automatedDecisions],
    categories: categoriesOf(concerned, config.categories),
    datasets: plan.datasets.map((planned) => manifestDataset(planned, journal)),
    withheld: plan.datasets.flatMap((planned) =>
      planned.decision === "collect"
        ? planned.codec.withheld.map((field) => ({ dataset: planned.dataset.name, ...field }))
        : [],
    ),
    excluded: [
      ...config.excluded.map((exclusion) => ({ ...exclusion })),
      ...plan.datasets.flatMap((planned) =>
        planned.decision === "excluded" && planned.exclusion !== undefined
          ? [
              {
                what: planned.dataset.title,
                dataset: planned.dataset.name,
                reason: planned.exclusion,
                basis: "GDPR 20(1)",
                description: planned.reason,
              },
            ]
          : [],
      ),
    ],
  };
}

function manifestDataset(planned: Plan["datasets"][number], journal: Journal): ManifestDataset {
  const { name, title, description, privacy, source } = planned.dataset;
  const facts = {
    name,
    category: privacy.category,
    title,
    ...(description === undefined ? {} : { description }),
    source: source.name,
  };
  const result = journal.collected.get(name);
  if (planned.decision !== "collect" || result === undefined) {
    const skipped =
      planned.decision === "collect"
        ? { outcome: "failed" as const, reason: "Not collected." }
        : { outcome: planned.decision, reason: planned.reason };
    return { ...facts, ...skipped, records: countsOf(undefined), droppedFields: {}, redactions: {}, files: [] };
  }
  const { outcome, reason, part } = result;
  return {
    ...facts,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    records: countsOf(result),
    droppedFields: sorted(part?.tally.dropped),
    redactions: sorted(part?.tally.redacted),
    files: [],
    ...(part?.period === undefined ? {} : { period: part.period }),
  };
}

export function completenessOf({ collected }: Journal): "complete" | "partial" {
  return [...collected.values()].every(({ outcome }) => isWhole(outcome)) ? "complete" : "partial";
}

/** What the bundle may claim: one moment for all, one for each, or nothing. */
function consistencyOf({ collected, apart }: Journal): Manifest["consistency"] {
  const results = [...collected.values()];
  if (results.some(({ planned }) => planned.dataset.source.consistency === "mixed")) return "none";
  const [first, ...rest] = results.map(({ planned }) => planned.dataset.source.snapshot);
  if (!apart && first !== undefined && rest.every((snapshot) => snapshot === first)) return "snapshot";
  const frozen = results.every(({ planned, inOneRead, inOnePart }) => {
    const { source } = planned.dataset;
    if (source.snapshot !== undefined) return !apart || inOnePart;
    return source.consistency === "dataset" && inOneRead && !(apart && goesOn(source));
  });
  return frozen && results.length > 0 ? "per-dataset" : "none";
}

/** The report: safe to file and to log. */
export function buildReport(
  plan: Plan,
  journal: Journal,
  { bundleId, createdAt }: Identity,
  status: Report["status"],
): Report {
  const delivered = status === "delivered";
  return {
    format: "portmanteau-report",
    formatVersion,
    requestId: plan.request.id,
    requestType: plan.request.type,
    bundleId,
    status,
    completeness: delivered ? completenessOf(journal) : null,
    consistency: delivered ? consistencyOf(journal) : null,
    startedAt: createdAt,
    durationMs: journal.elapsedMs,
    bundle: journal.bundle ?? null,
    datasets: plan.datasets.map((planned): Report["datasets"][number] => {
      const { name } = planned.dataset;
      const result = journal.collected.get(name);
      const skipped = planned.decision === "collect" ? null : planned;
      return {
        name,
        outcome: result?.outcome ?? skipped?.decision ?? null,
        reason: result?.reason ?? skipped?.reason ?? null,
        error: result?.error?.code ?? null,
        records: countsOf(result),
        droppedFields: sorted(result?.part?.tally.dropped),
        redactions: sorted(result?.part?.tally.redacted),
        retries: result?.retries ?? 0,
        durationMs: result?.durationMs ?? 0,
        files: delivered ? [...(journal.filesInSet?.get(name) ?? reportFiles(result))] : [],
      };
    }),
    findings: journal.findings,
  };
}

function reportFiles(result: Collected | undefined): ReportFile[] {
  if (result?.part === undefined) return [];
  const { json, csv, quarantine } = result.part;
  const { paths } = result.planned.documents;
  return [
    { path: paths.json, stream: json },
    { path: paths.csv, stream: csv },
    { path: paths.quarantine, stream: quarantine },
  ].flatMap(({ path, stream }) =>
    stream === undefined
      ? []
      : [
          {
            path,
            bytes: stream.facts.bytes,
            compressedBytes: stream.facts.compressedBytes,
            sha256: stream.facts.sha256,
          },
        ],
  );
}

function countsOf(result: Collected | undefined): ManifestDataset["records"] {
  return {
    read: result?.read ?? 0,
    written: result?.part?.written ?? 0,
    quarantined: result?.part?.quarantined ?? 0,
    expected: result?.expected ?? null,
  };
}

function sorted(counts: ReadonlyMap<string, number> | undefined): Record<string, number> {
  return Object.fromEntries([...(counts ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));
}
