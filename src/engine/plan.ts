import type { DatasetDocuments } from "../bundle/dataset-documents.ts";
import { documentErrors } from "../bundle/documents.ts";
import type { RecordCodec } from "../codec/record-codec.ts";
import type { WithheldField } from "../codec/view.ts";
import type { Exclusion } from "../model/controller.ts";
import type { Dataset } from "../model/dataset.ts";
import { PortmanteauError } from "../model/errors.ts";
import type { Locale } from "../model/locale.ts";
import type { PortabilityScope } from "../model/privacy.ts";
import { type ExportRequest, oneMonthAfter } from "../model/request.ts";
import type { SourceSubject } from "../model/source.ts";
import type { CompiledConfig } from "./config.ts";
import { isReachable } from "./identities.ts";

/** A request with everything that has a default filled in. */
export type CompleteRequest = ExportRequest &
  Required<Pick<ExportRequest, "regulation" | "receivedAt" | "dueAt" | "locale">>;

/** A dataset that will be collected. */
export interface CollectedDataset {
  readonly decision: "collect";
  readonly dataset: Dataset;
  readonly codec: RecordCodec;
  readonly documents: DatasetDocuments;
  readonly subject: SourceSubject;
  /** Why it is not known who the subject is there; reading throws it. */
  readonly unresolved?: PortmanteauError;
}
/** Stands for a subject whose key is not known before the identities are resolved. */
export const unknownSubject: SourceSubject = { id: "" };

/** A dataset that will not be collected, and why. */
export interface SkippedDataset {
  readonly decision: "excluded" | "notApplicable";
  readonly dataset: Dataset;
  readonly reason: string;
  readonly exclusion?: "not-portable-basis" | "not-portable-origin";
}

/** What an export of one request will do, decided before anything is read. */
export interface Plan {
  readonly request: CompleteRequest;
  readonly portabilityScope: PortabilityScope | null;
  readonly datasets: readonly (CollectedDataset | SkippedDataset)[];
}

/** @throws {PortmanteauError} `REQUEST_INVALID`, naming the field */
export function planExport(config: CompiledConfig, request: ExportRequest, now: string): Plan {
  const complete = completeRequest(request, now, config.locale);
  return {
    request: complete,
    portabilityScope: request.type === "portability" ? config.portabilityScope : null,
    datasets: config.datasets.map(({ dataset, access, portability }): CollectedDataset | SkippedDataset => {
      const view = request.type === "access" ? access : portability;
      if ("excluded" in view) {
        const reason =
          view.excluded === "not-portable-basis"
            ? "Its legal basis is neither consent nor contract."
            : "It was derived, not provided by you or observed of you.";
        return { decision: "excluded", dataset, reason, exclusion: view.excluded };
      }
      if (!appliesTo(dataset, complete))
        return { decision: "notApplicable", dataset, reason: "It does not concern this person." };
      const subject = subjectFor(dataset, complete);
      const { identity = "", onNoIdentity } = dataset;
      const isHopeless = subject === undefined && !isReachable(identity, config.identities, complete.subject);
      if (isHopeless && onNoIdentity !== "fail")
        return {
          decision: "notApplicable",
          dataset,
          reason: `This system knows people by "${identity}", and the request has no such identity.`,
        };
      return { decision: "collect", dataset, ...view, subject: subject ?? unknownSubject };
    }),
  };
}

/** @throws {PortmanteauError} `REQUEST_INVALID`, naming the field */
export function completeRequest(request: ExportRequest, now: string, locale: Locale): CompleteRequest {
  const [error] = documentErrors("request", request);
  if (error !== undefined) {
    throw new PortmanteauError(
      "REQUEST_INVALID",
      `The request is malformed at "${error.pointer || "/"}": ${error.message}.`,
      { context: { pointer: error.pointer } },
    );
  }
  const { id, identities = [] } = request.subject;
  if (id === undefined && identities.length === 0)
    throw new PortmanteauError("REQUEST_INVALID", "The request names nobody: subject needs an id or an identity.", {
      context: { pointer: "/subject" },
    });
  const receivedAt = request.receivedAt === undefined ? now : new Date(request.receivedAt).toISOString();
  const dueAt = request.dueAt === undefined ? oneMonthAfter(receivedAt) : new Date(request.dueAt).toISOString();
  const { regulation = "gdpr" } = request;
  return { ...request, regulation, locale: request.locale ?? locale, receivedAt, dueAt };
}

function appliesTo({ name, applies }: Dataset, request: CompleteRequest): boolean {
  try {
    return applies === undefined || applies(request);
  } catch (cause) {
    throw new PortmanteauError("SOURCE_FAILED", `Dataset "${name}", /applies: it threw an error; see the cause.`, {
      context: { dataset: name, pointer: "/applies" },
      cause,
    });
  }
}

/** Everything that the request calls the subject. */
export function identifiersOf({ subject }: CompleteRequest): string[] {
  const { id, identities = [] } = subject;
  return [...(id === undefined ? [] : [id]), ...identities.map(({ identity_value }) => identity_value)];
}

/** The key that one system knows the subject by, when the request holds it. */
function subjectFor({ name, identity }: Dataset, { subject }: CompleteRequest): SourceSubject | undefined {
  if (identity === undefined) {
    if (subject.id !== undefined) return { id: subject.id };
    throw new PortmanteauError(
      "REQUEST_INVALID",
      `Dataset "${name}" knows people by the request's subject.id, and the request has none. Send it, or give the dataset an identity.`,
      { context: { dataset: name, pointer: "/subject/id" } },
    );
  }
  const found = (subject.identities ?? []).filter(({ identity_type }) => identity_type === identity);
  if (found.length > 1) {
    throw new PortmanteauError(
      "REQUEST_INVALID",
      `The request has ${found.length} identities of the type "${identity}", which dataset "${name}" asks for. Send one.`,
      {
        context: { dataset: name, pointer: "/subject/identities" },
      },
    );
  }
  return found[0] === undefined ? undefined : { id: found[0].identity_value };
}

/** A plan for people and programs: what would be in, what out, and why. It holds no personal data. */
export interface ExportPlan {
  /** The request's type. */
  readonly requestType: ExportRequest["type"];
  /** What a portability export covers; null for access. */
  readonly portabilityScope: PortabilityScope | null;
  /** ISO 8601, UTC: when the person must have their answer. */
  readonly dueAt: string;
  /** Every dataset, in the bundle's order, and whether it would be read. */
  readonly datasets: readonly {
    readonly name: string;
    readonly title: string;
    readonly category: string;
    readonly decision: "collect" | "excluded" | "notApplicable";
    readonly reason?: string;
    /** Pointers of the fields that leave. */
    readonly fields: readonly string[];
    readonly withheld: readonly WithheldField[];
  }[];
  /** What is left out, and why. */
  readonly excluded: readonly Exclusion[];
}

export function describePlan({ request, portabilityScope, datasets }: Plan, { excluded }: CompiledConfig): ExportPlan {
  return {
    requestType: request.type,
    portabilityScope,
    dueAt: request.dueAt,
    datasets: datasets.map((planned) => ({
      name: planned.dataset.name,
      title: planned.dataset.title,
      category: planned.dataset.privacy.category,
      decision: planned.decision,
      ...(planned.decision === "collect" ? {} : { reason: planned.reason }),
      fields: planned.decision === "collect" ? planned.codec.columns.map(({ pointer }) => pointer) : [],
      withheld: planned.decision === "collect" ? planned.codec.withheld : [],
    })),
    excluded,
  };
}
