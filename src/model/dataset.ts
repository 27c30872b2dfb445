import { nameProblem } from "./entry-path.ts";
import { PortmanteauError } from "./errors.ts";
import { pointerKeys } from "./json.ts";
import type { DatasetPrivacy } from "./privacy.ts";
import type { RecordSchema } from "./record-schema.ts";
import type { ExportRequest } from "./request.ts";
import type { Source } from "./source.ts";

/** What is exported under one name: a record schema, its privacy facts, and how it is read. */
export interface Dataset<R = unknown> {
  /** Names the files: `[a-z0-9][a-z0-9_-]*`. */
  readonly name: string;
  /** For people: `"Invoices"`. */
  readonly title: string;
  /** What it is, in plain words for the data subject. */
  readonly description?: string;
  /** JSON Schema 2020-12, closed: the allow-list and the contract. */
  readonly schema: RecordSchema;
  /** What the law asks to be told about it. */
  readonly privacy: DatasetPrivacy;
  /** RFC 6901 pointer, into the record as the source gives it, of the key that says whose it is. */
  readonly subjectField: string;
  /**
   * Kind of identity that this system knows the subject by, one that the request holds or a resolver finds; the request's `subject.id`
   * when absent.
   */
  readonly identity?: string;
  /** What becomes of the dataset when the subject has no such identity. Default `"notApplicable"`. */
  readonly onNoIdentity?: "notApplicable" | "fail";
  /** How it is read. */
  readonly source: Source<R>;
  /** Pointers of the fields that identify a record. */
  readonly primaryKey?: readonly string[];
  /** Which fields refer to which other dataset's. */
  readonly foreignKeys?: readonly ForeignKey[];
  /** Pointer of a date-time field: the period that the records cover, and the months of the chart on the page. */
  readonly timeField?: string;
  /** What to do with a record that does not match the schema. Default `"quarantine"`. */
  readonly onInvalid?: "quarantine" | "fail";
  /** Whether this dataset concerns the subject at all; the outcome is `notApplicable` when not. */
  readonly applies?: (request: ExportRequest) => boolean;
}

/** Fields that hold another dataset's key: data tools join by it. */
export interface ForeignKey {
  /** Pointers of the fields here. */
  readonly fields: readonly string[];
  /** Name of the other dataset. */
  readonly dataset: string;
  /** Pointers of the other dataset's fields, in the same order. */
  readonly references: readonly string[];
}

/**
 * States a dataset. What can be judged without compiling the schema is judged here; the rest when an exporter is made.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID`, naming the field and the mend.
 */
export function defineDataset<R = unknown>(dataset: Dataset<R>): Dataset<R> {
  const refuse = (pointer: string, problem: string): never => {
    throw new PortmanteauError("CONFIG_INVALID", `Dataset "${String(dataset.name)}", ${pointer}: ${problem}`, {
      context: { dataset: String(dataset.name), pointer },
    });
  };
  const text = (value: unknown, pointer: string) => {
    if (typeof value !== "string" || value.trim() === "") refuse(pointer, "must be a text that is not empty.");
  };
  const pointer = (value: string, at: string) => {
    if (typeof value !== "string" || value === "" || pointerKeys(value) === undefined)
      refuse(at, `"${value}" is not a pointer into a record. Write it like "/customerId".`);
  };

  text(dataset.name, "/name");
  const problem = nameProblem(dataset.name);
  if (problem !== undefined)
    refuse("/name", `it ${problem}. It names files on every system: use lower-case letters, digits, _ and -.`);
  text(dataset.title, "/title");
  if (typeof dataset.schema !== "object" || dataset.schema === null)
    refuse("/schema", "a record schema is needed. Give a JSON Schema 2020-12 object.");
  pointer(dataset.subjectField, "/subjectField");
  if (dataset.timeField !== undefined) pointer(dataset.timeField, "/timeField");
  for (const key of dataset.primaryKey ?? []) pointer(key, "/primaryKey");
  for (const { fields, references } of dataset.foreignKeys ?? []) {
    for (const key of [...fields, ...references]) pointer(key, "/foreignKeys");
    if (fields.length === 0 || fields.length !== references.length)
      refuse("/foreignKeys", "fields and references must be equally long, and not empty.");
  }
  if (dataset.onInvalid !== undefined && dataset.onInvalid !== "quarantine" && dataset.onInvalid !== "fail")
    refuse("/onInvalid", 'is "quarantine" or "fail".');

  if (dataset.onNoIdentity !== undefined && !["notApplicable", "fail"].includes(dataset.onNoIdentity))
    refuse("/onNoIdentity", 'is "notApplicable" or "fail".');

  const { privacy, source } = dataset;
  if (typeof privacy !== "object" || privacy === null)
    refuse("/privacy", "is needed: category, purposes, legalBasis, origin, retention.");
  text(privacy.category, "/privacy/category");
  text(privacy.legalBasis, "/privacy/legalBasis");
  if (!Array.isArray(privacy.purposes) || privacy.purposes.length === 0)
    refuse("/privacy/purposes", "at least one purpose is needed, e.g. dpv:ServiceProvision.");
  for (const purpose of privacy.purposes) text(purpose, "/privacy/purposes");
  if (!["provided", "observed", "derived", "inferred"].includes(privacy.origin))
    refuse("/privacy/origin", "is provided, observed, derived or inferred.");
  const { retention } = privacy;
  if (
    typeof retention !== "object" ||
    retention === null ||
    (retention.duration === undefined && retention.criteria === undefined)
  ) {
    refuse("/privacy/retention", "a duration (P10Y) or the criteria that decide it are needed.");
  }

  if (typeof source?.read !== "function" || typeof source.capabilities !== "object")
    refuse("/source", "is not a source: it needs capabilities and read.");
  for (const ability of ["count", "partitions"] as const) {
    const has = source[ability] !== undefined;
    if (source.capabilities[ability] !== has)
      refuse(
        "/source",
        `"${source.name}" says capabilities.${ability}: ${source.capabilities[ability]} and has ${has ? "a" : "no"} method ${ability}. Make them agree.`,
      );
  }
  return dataset;
}
