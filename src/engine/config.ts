import type { PackedHead } from "../archive/zip-entry.ts";
import { packPageHead } from "../bundle/bundle-writer.ts";
import { type DatasetDocuments, datasetDocuments } from "../bundle/dataset-documents.ts";
import { pageBranding } from "../bundle/page/index.ts";
import type { CsvOptions } from "../codec/columns.ts";
import { compileCodec, leavesFields, type RecordCodec, requireColumn } from "../codec/record-codec.ts";
import type { Branding } from "../model/branding.ts";
import type {
  AutomatedDecision,
  Category,
  Complaint,
  Controller,
  Exclusion,
  Recipient,
  Right,
} from "../model/controller.ts";
import { type Dataset, defineDataset } from "../model/dataset.ts";
import type { DurableOptions } from "../model/durable.ts";
import { gdprRightsIn } from "../model/gdpr-rights.ts";
import type { IdentityResolver } from "../model/identity.ts";
import { type Locale, locales } from "../model/locale.ts";
import type { Clock, Ids, Spool } from "../model/ports.ts";
import { type DatasetPrivacy, notPortable, type PortabilityScope } from "../model/privacy.ts";
import { requireFileProperty } from "./attachments.ts";
import { refuse, refuseOpenMarks, unique, whole } from "./config-checks.ts";
import { identityProblems } from "./identities.ts";

/** How reading is taken up again after a retryable error. */
export interface RetryOptions {
  /** Tries without a new page between them before the dataset fails. Default 5. */
  readonly attempts?: number;
  /** Delay before the second try, in milliseconds; it doubles, with jitter. Default 200. */
  readonly baseDelayMs?: number;
  /** Longest delay, in milliseconds. Default 10,000. */
  readonly maxDelayMs?: number;
}

/** What an exporter is made of. Only `controller` and `datasets` are needed. */
export interface ExporterConfig {
  /** Who answers: name and contact are needed. */
  readonly controller: Controller;
  /** Who receives data, by name; datasets refer to them by id. */
  readonly recipients?: readonly Recipient[];
  /** Words for the categories that datasets name. */
  readonly categories?: readonly Category[];
  /** Default: the rights of the GDPR, in the language of the page. */
  readonly rights?: readonly Right[];
  /** Where the person may complain. */
  readonly complaint?: Complaint;
  /** Decisions made by automated means, GDPR 15(1)(h). */
  readonly automatedDecisions?: readonly AutomatedDecision[];
  /** The bundle's order. */
  // biome-ignore lint/suspicious/noExplicitAny: datasets of different records stand in one list
  readonly datasets: readonly Dataset<any>[];
  /** What is left out on purpose, and why. */
  readonly excluded?: readonly Exclusion[];
  /** How the keys of single systems are found from what a request holds. Asked once per export, and only for datasets that it reads. */
  readonly identities?: readonly IdentityResolver[];
  /** Default `"law"`. */
  readonly portabilityScope?: PortabilityScope;
  /** `"fail"` (default): nothing is delivered unless every dataset is whole. `"deliver-partial"`: what there is is delivered, and says so first. */
  readonly onFailure?: "fail" | "deliver-partial";
  /** How many datasets, or partitions of one, are collected at once. Default 2. */
  readonly lanes?: number;
  /** Most records in a page. Default 500. */
  readonly pageRecords?: number;
  /** How long one page may take, in milliseconds. Default 120,000. */
  readonly pageTimeoutMs?: number;
  /** How reading is taken up again after a retryable error. */
  readonly retry?: RetryOptions;
  /** zlib level, 1 (fast) to 9 (small). Default 6. */
  readonly compressionLevel?: number;
  /** How CSV files are written. */
  readonly csv?: CsvOptions;
  /** Rows shown per dataset on the page. Default 10. */
  readonly previewRecords?: number;
  /** Language of the page where the request names none. Default `"en"`. Titles and descriptions stay as they are given. */
  readonly locale?: Locale;
  /** Name, logo and colour of the page. Default: its own colour, and the controller's name. */
  readonly branding?: Branding;
  /**
   * Keys the pseudonyms together with the bundle's id. Default: random per process, so that nobody can ever link two bundles. Give it
   * (32 bytes, kept secret) when another process must make identical bytes.
   */
  readonly pseudonymKey?: Uint8Array;
  /** Lets requests survive the process: the exporter then has the steps of an export, to be run apart, and goes on after a crash. */
  readonly durable?: DurableOptions;
  /** Makes the place where sealed parts wait; called once per export. Default: 8 MiB in memory, then encrypted temporary files. */
  readonly spool?: () => Spool;
}

/** What the engine needs from outside. */
export interface EngineDefaults {
  readonly spool: () => Spool;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly pseudonymKey: Uint8Array;
  readonly generator: { readonly name: string; readonly version: string };
}

/** A dataset as one kind of request gives it: everything that no subject changes. */
interface CompiledView {
  readonly codec: RecordCodec;
  readonly documents: DatasetDocuments;
}

/** A dataset, ready for both kinds of request. */
interface CompiledDataset {
  readonly dataset: Dataset;
  readonly access: CompiledView;
  /** Absent when nothing of it is portable, with the reason. */
  readonly portability: CompiledView | { readonly excluded: "not-portable-basis" | "not-portable-origin" };
}

/** A configuration that was checked and compiled: nothing about it can fail at request time. */
export interface CompiledConfig
  extends Required<Omit<ExporterConfig, "complaint" | "datasets" | "csv" | "retry" | "durable" | "rights">> {
  readonly complaint: Complaint | undefined;
  readonly datasets: readonly CompiledDataset[];
  readonly retry: Required<RetryOptions>;
  readonly generator: EngineDefaults["generator"];
  readonly rights: (locale: Locale) => readonly Right[];
  readonly pageHead: (locale: Locale) => PackedHead;
}

/**
 * Checks a configuration and compiles its schemas.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` or `SCHEMA_UNSUPPORTED`, naming what is wrong, where, and the mend
 */
export function compileConfig(config: ExporterConfig, defaults: EngineDefaults): CompiledConfig {
  const { controller, recipients = [], categories = [], datasets, excluded = [], portabilityScope = "law" } = config;
  if (
    typeof controller?.name !== "string" ||
    controller.name === "" ||
    typeof controller.contact !== "string" ||
    controller.contact === ""
  ) {
    refuse("/controller", "name and contact are needed: the data subject must be told who answers.");
  }
  if (!Array.isArray(datasets) || datasets.length === 0) refuse("/datasets", "at least one dataset is needed.");
  if (portabilityScope !== "law" && portabilityScope !== "all-but-derived")
    refuse("/portabilityScope", 'is "law" or "all-but-derived".');
  if (config.onFailure !== undefined && config.onFailure !== "fail" && config.onFailure !== "deliver-partial")
    refuse("/onFailure", 'is "fail" or "deliver-partial".');
  const { locale = "en" } = config;
  if (!locales.includes(locale)) refuse("/locale", `is one of ${locales.join(", ")}.`);
  if (config.pseudonymKey !== undefined && config.pseudonymKey.length < 32)
    refuse("/pseudonymKey", "is shorter than 32 bytes.");

  for (const dataset of datasets) requireFileProperty(defineDataset(dataset));
  refuseOpenMarks(config);
  unique(
    "/datasets",
    datasets.map(({ name }) => name.toLowerCase()),
  );
  unique(
    "/recipients",
    recipients.map(({ id }) => id),
  );
  unique(
    "/categories",
    categories.map(({ id }) => id),
  );
  checkReferences(datasets, recipients, categories);
  const problems = identityProblems(config.identities ?? [], datasets);
  if (problems.length > 0) refuse("/identities", problems.join(" "));

  const compressionLevel = whole("/compressionLevel", config.compressionLevel, 6, 1, 9);
  return {
    controller,
    recipients,
    categories,
    rights: config.rights === undefined ? gdprRightsIn : () => config.rights ?? [],
    locale,
    branding: config.branding ?? {},
    complaint: config.complaint,
    automatedDecisions: config.automatedDecisions ?? [],
    datasets: datasets.map((dataset) => compileDataset(dataset, portabilityScope, config.csv, compressionLevel)),
    excluded,
    identities: config.identities ?? [],
    portabilityScope,
    onFailure: config.onFailure ?? "fail",
    lanes: whole("/lanes", config.lanes, 2, 1, 64),
    pageRecords: whole("/pageRecords", config.pageRecords, 500, 1, 100_000),
    pageTimeoutMs: whole("/pageTimeoutMs", config.pageTimeoutMs, 120_000, 1, 2 ** 31 - 1),
    retry: {
      attempts: whole("/retry/attempts", config.retry?.attempts, 5, 1, 100),
      baseDelayMs: whole("/retry/baseDelayMs", config.retry?.baseDelayMs, 200, 0, 3_600_000),
      maxDelayMs: whole("/retry/maxDelayMs", config.retry?.maxDelayMs, 10_000, 0, 3_600_000),
    },
    compressionLevel,
    previewRecords: whole("/previewRecords", config.previewRecords, 10, 0, 100),
    pseudonymKey: config.pseudonymKey ?? defaults.pseudonymKey,
    spool: config.spool ?? defaults.spool,
    generator: defaults.generator,
    pageHead: pageHeads(config, compressionLevel),
  };
}

/** The head of the page in each language, packed when it is first asked for. */
function pageHeads({ controller, branding }: ExporterConfig, level: number): CompiledConfig["pageHead"] {
  const looks = branding && pageBranding(branding);
  const packed = new Map<Locale, PackedHead>();
  return (locale) => {
    const head = packed.get(locale) ?? packPageHead(controller, looks, locale, level);
    packed.set(locale, head);
    return head;
  };
}

function compileDataset(
  dataset: Dataset,
  scope: PortabilityScope,
  csv: CsvOptions | undefined,
  level: number,
): CompiledDataset {
  const { name, schema, privacy, timeField } = dataset;
  const input = (view: "access" | PortabilityScope) => ({
    dataset: name,
    schema,
    view: { scope: view, ...privacy },
    ...(csv === undefined ? {} : { csv }),
    ...(timeField === undefined ? {} : { timeField }),
  });
  const compiled = (view: "access" | PortabilityScope): CompiledView => {
    const codec = compileCodec(input(view));
    return { codec, documents: datasetDocuments(name, codec, level) };
  };
  const access = compiled("access");
  const { codec } = access;
  for (const pointer of dataset.primaryKey ?? []) requireColumn(codec, pointer, name, "primaryKey");
  for (const { fields } of dataset.foreignKeys ?? [])
    for (const pointer of fields) requireColumn(codec, pointer, name, "foreignKeys");
  if (dataset.timeField !== undefined) {
    const { shape } = requireColumn(codec, dataset.timeField, name, "timeField").property;
    if (shape.kind !== "scalar" || shape.format !== "date-time")
      refuse("/timeField", `"${dataset.timeField}" of dataset "${name}" is not a date-time.`);
  }
  const reason = notPortable(privacy, scope);
  // A derived dataset may still hold fields that the subject provided; a basis holds for all of it.
  const nothing = reason === "not-portable-basis" || !leavesFields(input(scope));
  return {
    dataset,
    access,
    portability: nothing ? { excluded: reason ?? "not-portable-origin" } : compiled(scope),
  };
}

function checkReferences(
  datasets: readonly Dataset[],
  recipients: readonly Recipient[],
  categories: readonly Category[],
): void {
  const recipientIds = new Set(recipients.map(({ id }) => id));
  const names = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  const facts = new Map<string, { readonly dataset: string; readonly privacy: DatasetPrivacy }>();
  for (const { name, privacy, foreignKeys } of datasets) {
    for (const id of privacy.recipients ?? []) {
      if (!recipientIds.has(id))
        refuse(
          "/recipients",
          `dataset "${name}" names the recipient "${id}", which is not listed. Add it to recipients.`,
        );
    }
    const first = facts.get(privacy.category);
    if (first === undefined) facts.set(privacy.category, { dataset: name, privacy });
    else if (JSON.stringify(sortedFacts(first.privacy)) !== JSON.stringify(sortedFacts(privacy))) {
      refuse(
        "/datasets",
        `"${first.dataset}" and "${name}" state different facts for the category "${privacy.category}". Share one object, or give one of them a category of its own.`,
      );
    }
    for (const { dataset: other } of foreignKeys ?? []) {
      if (!names.has(other)) refuse("/datasets", `"${name}" refers to the dataset "${other}", which is not there.`);
    }
  }
  for (const { id } of categories) {
    if (!facts.has(id)) refuse("/categories", `"${id}" is the category of no dataset. Remove it, or mend the id.`);
  }
}

function sortedFacts({
  category,
  purposes,
  legalBasis,
  origin,
  source,
  retention,
  recipients = [],
}: DatasetPrivacy): unknown {
  return [
    category,
    [...purposes].sort(),
    legalBasis,
    origin,
    source ?? null,
    retention.duration ?? null,
    retention.criteria ?? null,
    [...recipients].sort(),
  ];
}
