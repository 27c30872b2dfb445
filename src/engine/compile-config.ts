import type { PackedHead } from "../archive/zip-entry.ts";
import { packPageHead } from "../bundle/bundle-writer.ts";
import { datasetDocuments } from "../bundle/dataset-documents.ts";
import { pageBranding } from "../bundle/page/index.ts";
import type { CsvOptions } from "../codec/columns.ts";
import { compileCodec, leavesFields, requireColumn } from "../codec/record-codec.ts";
import { type Dataset, defineDataset } from "../model/dataset.ts";
import { gdprRightsIn } from "../model/gdpr-rights.ts";
import { type Locale, locales } from "../model/locale.ts";
import { notPortable, type PortabilityScope } from "../model/privacy.ts";
import { requireFileProperty } from "./attachments.ts";
import type { CompiledConfig, CompiledDataset, CompiledView, EngineDefaults, ExporterConfig } from "./config.ts";
import { checkReferences, refuse, refuseOpenMarks, unique, whole } from "./config-checks.ts";
import { identityProblems } from "./identities.ts";

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
