import type { PackedHead } from "../archive/zip-entry.ts";
import type { DatasetDocuments } from "../bundle/dataset-documents.ts";
import type { CsvOptions } from "../codec/columns.ts";
import type { RecordCodec } from "../codec/record-codec.ts";
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
import type { Dataset } from "../model/dataset.ts";
import type { DurableOptions } from "../model/durable.ts";
import type { IdentityResolver } from "../model/identity.ts";
import type { Locale } from "../model/locale.ts";
import type { Clock, Ids, Spool } from "../model/ports.ts";
import type { PortabilityScope } from "../model/privacy.ts";

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
export interface CompiledView {
  readonly codec: RecordCodec;
  readonly documents: DatasetDocuments;
}

/** A dataset, ready for both kinds of request. */
export interface CompiledDataset {
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
