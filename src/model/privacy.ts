/** Where a value comes from. `portability` covers what the subject provided and what was observed of them. */
export type Origin = "provided" | "observed" | "derived" | "inferred";

/** The privacy facts of one field: the `x-privacy` keyword of a record schema. */
export interface FieldPrivacy {
  /** Kinds of personal data, IRIs of the Data Privacy Vocabulary, e.g. `pd:EmailAddress`. */
  readonly category?: readonly string[];
  /** Fideslang keys, e.g. `user.contact.email`. */
  readonly fides?: readonly string[];
  /** Overrides the dataset's origin for this field. */
  readonly origin?: Origin;
  /** Known to exist, never given: stripped before anything sees it, listed as withheld. */
  readonly secret?: true;
  /** About somebody else: replaced before validation, counted. */
  readonly thirdParty?: "redact" | "pseudonymize";
  /** Left out for this reason, listed as withheld. */
  readonly withhold?: string;
}

/** The privacy facts of a dataset: what the law asks to be told about it. */
export interface DatasetPrivacy {
  /** Id of the category; datasets of one category state the same facts. */
  readonly category: string;
  /** Why it is processed: DPV IRIs, e.g. `dpv:PaymentManagement`. */
  readonly purposes: readonly string[];
  /** Legal basis, e.g. `eu-gdpr:A6-1-b`. */
  readonly legalBasis: string;
  /** Where the records come from; a field may say otherwise in its `x-privacy`. */
  readonly origin: Origin;
  /** Where it was obtained, when not from the subject. */
  readonly source?: string;
  /** ISO 8601 duration (`P10Y`), or the criteria that decide it, or both. */
  readonly retention: { readonly duration?: string; readonly criteria?: string };
  /** Ids of recipients. */
  readonly recipients?: readonly string[];
}

/**
 * What a portability export covers. `law`: GDPR 20(1), consent or contract, provided or observed. `all-but-derived`: a controller
 * that promises more: everything provided or observed, whatever the legal basis.
 */
export type PortabilityScope = "law" | "all-but-derived";

/** Why something is left out of the bundle. */
export type LeftOutReason =
  | "secret"
  | "third-party-rights"
  | "processor"
  | "not-portable-basis"
  | "not-portable-origin"
  | "declared";

const portableBases = new Set(["A6-1-a", "A6-1-b", "A9-2-a"]);

/** Whether a legal basis is consent or contract: `eu-gdpr:A6-1-a`, `A6-1-b`, `A9-2-a`. */
export function isPortableBasis(legalBasis: string): boolean {
  const local = /^(?:eu-gdpr:|https:\/\/w3id\.org\/dpv\/legal\/eu\/gdpr#)(.+)$/.exec(legalBasis)?.[1];
  return local !== undefined && portableBases.has(local);
}

/** GDPR 20(1) as a computation. `undefined` means portable; otherwise the reason why not. */
export function notPortable(
  { legalBasis, origin }: Pick<DatasetPrivacy, "legalBasis" | "origin">,
  scope: PortabilityScope,
): "not-portable-basis" | "not-portable-origin" | undefined {
  if (origin === "derived" || origin === "inferred") return "not-portable-origin";
  if (scope === "law" && !isPortableBasis(legalBasis)) return "not-portable-basis";
  return undefined;
}
