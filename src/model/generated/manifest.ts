// Generated from schemas/bundle/v1/manifest.schema.json by "npm run generate". Do not edit.

/**
 * What a bundle is, who answers, what is in it and what is not, and why.
 */
export interface Manifest {
  /**
   * Names the format.
   */
  format: "portmanteau-bundle";
  /**
   * Version of the format; a reader refuses versions it does not know.
   */
  formatVersion: 1;
  /**
   * Id of this bundle.
   */
  bundleId: string;
  /**
   * When the export began.
   */
  createdAt: string;
  /**
   * What wrote the bundle.
   */
  generator: {
    /**
     * Name of the program.
     */
    name: string;
    /**
     * Its version.
     */
    version: string;
  };
  /**
   * Which part of a set of zips this is. Every part is a complete zip; all have the same bundleId.
   */
  part: {
    /**
     * From 1.
     */
    number: number;
    /**
     * Whether no further part follows.
     */
    last: boolean;
    /**
     * How many zips the set has; present when it is more than one.
     */
    count?: number;
    /**
     * SHA-256 of the whole zip before this one; present from part 2 on.
     */
    previous?: string;
  };
  /**
   * Says that SHA256SUMS.sig is there, and whose it is.
   */
  signature?: {
    /**
     * Ed25519, in the format of minisign.
     */
    format: "minisign";
    /**
     * Id of the key, as minisign prints it.
     */
    keyId: string;
  };
  /**
   * partial: at least one dataset is not whole; the datasets say which and why.
   */
  completeness: "complete" | "partial";
  /**
   * snapshot: all datasets show one moment. per-dataset: each shows one moment of its own. none: rows may have changed while they were read.
   */
  consistency: "snapshot" | "per-dataset" | "none";
  /**
   * What a portability export covers. law: consent or contract, provided or observed. all-but-derived: everything provided or observed. null for access.
   */
  portabilityScope: "law" | "all-but-derived" | null;
  /**
   * The request that this answers.
   */
  request: {
    /**
     * Id of the request.
     */
    id: string;
    /**
     * access: everything held (GDPR 15). portability: what the person may carry elsewhere (GDPR 20).
     */
    type: "access" | "portability";
    /**
     * Law the request was made under.
     */
    regulation: string;
    /**
     * Language of the page; English when absent.
     */
    locale?: "en" | "de" | "fr" | "es" | "it";
    /**
     * When the request arrived.
     */
    receivedAt: string;
    /**
     * When it must be answered.
     */
    dueAt: string;
    /**
     * GDPR 12(3): the term was extended by up to two months.
     */
    extension?: {
      /**
       * The extended due date.
       */
      until: string;
      /**
       * The reason given to the data subject.
       */
      reason: string;
    };
  };
  /**
   * The data subject.
   */
  subject: {
    /**
     * The key that the controller's own records carry; absent when the request holds other identities only.
     */
    id?: string;
    /**
     * Other identities of the same person, as the request gave them.
     */
    identities: Identity[];
  };
  controller: Controller;
  /**
   * Who receives the data, by name.
   */
  recipients: Recipient[];
  /**
   * The rights of the data subject.
   */
  rights: Right[];
  complaint?: Complaint;
  /**
   * Decisions made by automated means, their logic and their consequences.
   */
  automatedDecisions: AutomatedDecision[];
  /**
   * The categories of data and the legal facts of each.
   */
  categories: Category[];
  /**
   * Every dataset that was considered, in the order of the bundle.
   */
  datasets: Dataset[];
  /**
   * Fields that are known to exist and are not given.
   */
  withheld: Withheld[];
  /**
   * Datasets and categories that were left out.
   */
  excluded: Excluded[];
}
/**
 * How one system knows the subject, in OpenDSR's names.
 */
export interface Identity {
  /**
   * Kind of identity, e.g. email, phone, controller_customer_id.
   */
  identity_type: string;
  /**
   * The identity itself.
   */
  identity_value: string;
  /**
   * How the value is written: raw, sha256, …
   */
  identity_format?: string;
}
/**
 * The organisation that answers.
 */
export interface Controller {
  /**
   * Its name.
   */
  name: string;
  /**
   * Where to reach it: an address, a URL or an e-mail address.
   */
  contact: string;
  /**
   * Contact of the data protection officer.
   */
  dpo?: string;
  /**
   * Representative in the Union, GDPR 27.
   */
  representative?: string;
}
/**
 * Somebody who receives the data.
 */
export interface Recipient {
  /**
   * Id that datasets refer to.
   */
  id: string;
  /**
   * Name.
   */
  name: string;
  /**
   * What they do, e.g. payment provider.
   */
  category: string;
  /**
   * ISO 3166-1 alpha-2.
   */
  country?: string;
  /**
   * Safeguard of a transfer to a third country, GDPR 46.
   */
  safeguard?: string;
}
/**
 * One right of the data subject.
 */
export interface Right {
  /**
   * Its name.
   */
  name: string;
  /**
   * What it means, in plain words.
   */
  description: string;
  /**
   * Where the law says so.
   */
  basis?: string;
  /**
   * How to exercise it.
   */
  how?: string;
}
/**
 * Where to complain.
 */
export interface Complaint {
  /**
   * Supervisory authority.
   */
  authority: string;
  /**
   * How to reach it.
   */
  contact?: string;
}
/**
 * A decision made by automated means.
 */
export interface AutomatedDecision {
  /**
   * Its name.
   */
  name: string;
  /**
   * The logic involved.
   */
  logic: string;
  /**
   * What follows for the data subject.
   */
  consequences: string;
}
/**
 * A category of data and its legal facts.
 */
export interface Category {
  /**
   * Id that datasets refer to.
   */
  id: string;
  /**
   * Title.
   */
  title: string;
  /**
   * What it is, in plain words.
   */
  description?: string;
  /**
   * Why it is processed: DPV IRIs.
   *
   * Items: DPV IRI.
   */
  purposes: string[];
  /**
   * Legal basis, e.g. eu-gdpr:A6-1-b.
   */
  legalBasis: string;
  /**
   * Kinds of personal data: DPV PD IRIs, from the schemas' x-privacy.
   *
   * Items: DPV PD IRI.
   */
  personalData: string[];
  /**
   * The same as Fideslang keys.
   *
   * Items: Fideslang key.
   */
  fides: string[];
  /**
   * How it came to be.
   */
  origin: "provided" | "observed" | "derived" | "inferred";
  /**
   * Where it was obtained, when not from the data subject.
   */
  source?: string;
  /**
   * How long it is kept.
   */
  retention: {
    /**
     * ISO 8601 duration.
     */
    duration?: string;
    /**
     * What decides how long.
     */
    criteria?: string;
  };
  /**
   * Ids of recipients.
   *
   * Items: Recipient id.
   */
  recipients: string[];
  /**
   * Whether GDPR 20(1) covers it: computed from legal basis and origin.
   */
  portable: boolean;
}
/**
 * One dataset and how it ended.
 */
export interface Dataset {
  /**
   * Name; it names the files.
   */
  name: string;
  /**
   * Id of the category.
   */
  category: string;
  /**
   * Title.
   */
  title: string;
  /**
   * What it is, in plain words.
   */
  description?: string;
  /**
   * Kind of system it was read from.
   */
  source: string;
  /**
   * How the dataset ended. complete: all records are here. empty: there were none. partial: some are missing. failed: none could be read. excluded: left out on purpose. notApplicable: it does not concern this subject.
   */
  outcome: "complete" | "empty" | "partial" | "failed" | "excluded" | "notApplicable";
  /**
   * Why the outcome is not complete or empty: a stable code and plain words, no values.
   */
  reason?: string;
  /**
   * How many records there were, each counted once.
   */
  records: {
    /**
     * Records that the source gave.
     */
    read: number;
    /**
     * Records in the JSON and the CSV file.
     */
    written: number;
    /**
     * Records that did not match the schema; they stand in the quarantine file with the reasons.
     */
    quarantined: number;
    /**
     * Records that the source counted on its own, null when it cannot count.
     */
    expected: number | null;
  };
  /**
   * Fields that the schema does not name, by pointer, and how often each was dropped.
   */
  droppedFields: {
    [k: string]: number;
  };
  /**
   * Fields about other people, by pointer, and how often each was replaced.
   */
  redactions: {
    [k: string]: number;
  };
  /**
   * The record schema, secrets stripped.
   */
  schema?: {
    /**
     * Path inside the bundle.
     */
    path: string;
    /**
     * Its $id.
     */
    id?: string;
    /**
     * SHA-256 of the file.
     */
    sha256: string;
  };
  /**
   * The dataset's files in this zip. In a set, other zips may have more of them, under the same paths.
   */
  files: File[];
  period?: Period;
}
/**
 * A file of the bundle.
 */
export interface File {
  /**
   * Path inside the bundle.
   */
  path: string;
  /**
   * Of an attachment: its name where it was kept. The path is made of it.
   */
  originalName?: string;
  /**
   * Media type.
   */
  mediaType: string;
  /**
   * Size in bytes.
   */
  bytes: number;
  /**
   * SHA-256 of the bytes.
   */
  sha256: string;
  /**
   * Records in it.
   */
  records?: number;
}
/**
 * The time the records cover.
 */
export interface Period {
  /**
   * Earliest.
   */
  from: string;
  /**
   * Latest.
   */
  to: string;
}
/**
 * A field that is known to exist and is not given.
 */
export interface Withheld {
  /**
   * Name of the dataset.
   */
  dataset: string;
  /**
   * RFC 6901 pointer into the record; * stands for every element.
   */
  pointer: string;
  /**
   * Why it is not given.
   */
  reason: "secret" | "third-party-rights" | "not-portable-basis" | "not-portable-origin" | "declared";
  /**
   * Where the law says so.
   */
  basis?: string;
  /**
   * What it is, in plain words.
   */
  description?: string;
}
/**
 * Something that was left out.
 */
export interface Excluded {
  /**
   * What was left out.
   */
  what: string;
  /**
   * Name of the dataset, when it is one.
   */
  dataset?: string;
  /**
   * Why it was left out.
   */
  reason: "processor" | "not-portable-basis" | "not-portable-origin" | "third-party-rights" | "declared";
  /**
   * Where the law says so.
   */
  basis?: string;
  /**
   * The reason in plain words.
   */
  description?: string;
  /**
   * Whom to ask instead.
   */
  contact?: string;
}
