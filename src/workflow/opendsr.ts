import { pointerStep, setOwn } from "../model/json.ts";
import type { ExportRequest } from "../model/request.ts";
import { dueAtOf } from "./due.ts";
import { messageCheck, refused } from "./foreign.ts";
import { openDsrSchema } from "./opendsr-schema.ts";
import type { RequestRecord } from "./record.ts";
import type { RequestState } from "./transitions.ts";

/**
 * OpenDSR, formerly OpenGDPR and OpenCompliance: the specification's version 1.0 (section 7: requests, section 8: statuses), its
 * version 2.0, which adds `regulation`, and the requests of version 3.0 as mParticle's API v3 has them, where the identities are a dictionary
 * with one of each type. Certificates and the signature headers are of the transport, and not here.
 */
export type OpenDsrVersion = "1.0" | "2.0" | "3.0";

/** An identity as OpenDSR has it. */
export interface OpenDsrIdentity {
  readonly identity_type: string;
  readonly identity_value: string;
  /** `raw`, `sha1`, `md5` or `sha256`. */
  readonly identity_format: string;
}

/** A request as OpenDSR sends it. Further fields are allowed, and left alone. */
export interface OpenDsrRequest {
  /** Absent in version 1.0. */
  readonly regulation?: "gdpr" | "ccpa";
  readonly subject_request_id: string;
  /** An erasure is answered in no bundle, and refused. */
  readonly subject_request_type: "access" | "portability" | "erasure";
  /** RFC 3339: when the person asked. */
  readonly submitted_time: string;
  readonly subject_identities:
    | readonly OpenDsrIdentity[]
    | { readonly [type: string]: { readonly value: string; readonly encoding: string } };
  readonly api_version?: OpenDsrVersion;
  readonly status_callback_urls?: readonly string[];
  readonly extensions?: { readonly [domain: string]: unknown };
}

/** A request of OpenDSR, read. */
export interface ReadOpenDsr {
  /** The request, to be exported. */
  readonly request: ExportRequest;
  /** The version that the sender speaks. */
  readonly apiVersion: OpenDsrVersion;
  /** Where the sender wants to be told of changes. They come from outside: call none that your network should not be asked for. */
  readonly statusCallbackUrls: readonly string[];
}

const customerId = "controller_customer_id";
const checked = messageCheck<OpenDsrRequest>("OpenDSR", openDsrSchema);

/**
 * The request to export that an OpenDSR request asks for. All its identities are kept; one `controller_customer_id`, in the clear, is the
 * subject's id as well. Without `api_version` the form of the identities and `regulation` tell the version. Identities that stand in
 * `extensions` only are not looked for: who knows such an extension adds them.
 *
 * @throws {PortmanteauError} `REQUEST_INVALID` with the pointer into the message; also for an erasure
 * @example
 * ```ts
 * const { request } = fromOpenDsr(await body.json());
 * const record = receiveRequest(request, { at: Date.now() });
 * response.status(201).json(openDsrReceipt(record, { controllerId: "acme", body: rawBody }));
 * ```
 */
export function fromOpenDsr(message: unknown): ReadOpenDsr {
  const body = checked(message);
  const isList = Array.isArray(body.subject_identities);
  const { api_version: apiVersion = isList ? (body.regulation === undefined ? "1.0" : "2.0") : "3.0" } = body;
  if (isList !== (apiVersion !== "3.0"))
    throw refused(
      "OpenDSR",
      "/subject_identities",
      `version ${apiVersion} has ${isList ? "an object" : "an array"} here`,
    );
  if (body.regulation === undefined && apiVersion !== "1.0")
    throw refused("OpenDSR", "/regulation", `version ${apiVersion} needs it`);
  if (body.subject_request_type === "erasure")
    throw refused("OpenDSR", "/subject_request_type", "an export answers access and portability only");
  const identities: OpenDsrIdentity[] = Array.isArray(body.subject_identities)
    ? body.subject_identities.map(({ identity_type, identity_value, identity_format }) => ({
        ...{ identity_type, identity_value, identity_format },
      }))
    : Object.entries(body.subject_identities).map(([type, { value, encoding }]) => ({
        ...{ identity_type: type, identity_value: value, identity_format: encoding },
      }));
  const ids = new Set(
    identities
      .filter(({ identity_type, identity_format }) => identity_type === customerId && identity_format === "raw")
      .map(({ identity_value }) => identity_value),
  );
  if (ids.size > 1) throw refused("OpenDSR", "/subject_identities", `it has more than one ${customerId}`);
  const [id] = ids;
  return {
    request: {
      id: body.subject_request_id,
      type: body.subject_request_type,
      subject: { ...(id === undefined ? {} : { id }), identities },
      regulation: body.regulation ?? "gdpr",
      receivedAt: body.submitted_time,
    },
    apiVersion,
    statusCallbackUrls: body.status_callback_urls ?? [],
  };
}

/** What a request of OpenDSR says besides the request. */
export interface ToOpenDsrOptions {
  /** Default `"2.0"`. */
  readonly apiVersion?: OpenDsrVersion;
  /** Where you want to be told of changes. */
  readonly statusCallbackUrls?: readonly string[];
  /** By the domain of the receiver: what it wants to know besides. */
  readonly extensions?: { readonly [domain: string]: unknown };
}

/**
 * The OpenDSR request for a processor that holds records of the person too. What it says of the person is for that processor's eyes.
 *
 * @throws {PortmanteauError} `REQUEST_INVALID` when OpenDSR cannot say it: another law than GDPR and CCPA, no time of receipt, no identity, or
 *   two of one type in version 3.0
 */
export function toOpenDsr(
  { id, type, subject, regulation = "gdpr", receivedAt }: ExportRequest,
  { apiVersion = "2.0", statusCallbackUrls, extensions }: ToOpenDsrOptions = {},
): OpenDsrRequest {
  const law = regulation.toLowerCase();
  if (law !== "gdpr" && law !== "ccpa") throw refused("OpenDSR", "/regulation", "OpenDSR knows gdpr and ccpa only");
  if (law !== "gdpr" && apiVersion === "1.0")
    throw refused("OpenDSR", "/regulation", "version 1.0 says none, and means gdpr");
  if (receivedAt === undefined) throw refused("OpenDSR", "/receivedAt", "OpenDSR needs the time of the request");
  const { identities: given = [] } = subject;
  const known = given.some(
    ({ identity_type, identity_value }) => identity_type === customerId && identity_value === subject.id,
  );
  const identities: OpenDsrIdentity[] = [
    ...(subject.id === undefined || known ? [] : [{ identity_type: customerId, identity_value: subject.id }]),
    ...given,
  ].map(({ identity_type, identity_value, identity_format = "raw" }) => ({
    identity_type,
    identity_value,
    identity_format,
  }));
  if (identities.length === 0) throw refused("OpenDSR", "/subject", "it names nobody");
  return {
    ...(apiVersion === "1.0" ? {} : { regulation: law }),
    subject_request_id: id,
    subject_request_type: type,
    submitted_time: receivedAt,
    subject_identities: apiVersion === "3.0" ? byType(identities) : identities,
    api_version: apiVersion,
    ...(statusCallbackUrls === undefined ? {} : { status_callback_urls: statusCallbackUrls }),
    ...(extensions === undefined ? {} : { extensions }),
  };
}

function byType(identities: readonly OpenDsrIdentity[]): { [type: string]: { value: string; encoding: string } } {
  const types: { [type: string]: { value: string; encoding: string } } = {};
  for (const [index, { identity_type, identity_value, identity_format }] of identities.entries()) {
    if (Object.hasOwn(types, identity_type))
      throw refused(
        "OpenDSR",
        `/subject/identities${pointerStep(String(index))}`,
        "version 3.0 has one identity of each type",
      );
    setOwn(types, identity_type, { value: identity_value, encoding: identity_format });
  }
  return types;
}

/** The statuses of OpenDSR. */
export type OpenDsrStatusName = "pending" | "in_progress" | "completed" | "cancelled";

/** The status of OpenDSR, section 8, that each state is. It has none for a failure: until the request is cancelled, it is under way. */
export const openDsrStatuses: Readonly<Record<RequestState, OpenDsrStatusName>> = {
  received: "pending",
  planned: "pending",
  collecting: "in_progress",
  packing: "in_progress",
  failed: "in_progress",
  delivered: "completed",
  partial: "completed",
  expired: "completed",
  cancelled: "cancelled",
};

/** What a status says besides the record. */
export interface OpenDsrStatusOptions {
  /** How the sender is known here. */
  readonly controllerId: string;
  /** Default `"2.0"`. */
  readonly apiVersion?: OpenDsrVersion;
  /** Where the bundle can be had; said only while it is there. */
  readonly resultsUrl?: string;
  /** How many results were found; said only with the URL. */
  readonly resultsCount?: number;
  /** For a callback: the URL that it is sent to. */
  readonly statusCallbackUrl?: string;
}

/** The body of OpenDSR's status response, section 8.3, and of its callback, section 8.6. */
export interface OpenDsrStatus {
  readonly controller_id: string;
  readonly expected_completion_time: string;
  readonly subject_request_id: string;
  readonly request_status: OpenDsrStatusName;
  readonly api_version: OpenDsrVersion;
  readonly status_callback_url?: string;
  readonly results_url?: string;
  readonly results_count?: number;
}

/** What OpenDSR's status endpoint says of a request, or a callback. */
export function openDsrStatus(
  record: RequestRecord,
  { controllerId, apiVersion = "2.0", resultsUrl, resultsCount, statusCallbackUrl }: OpenDsrStatusOptions,
): OpenDsrStatus {
  const isThere = record.state === "delivered" || record.state === "partial";
  return {
    controller_id: controllerId,
    expected_completion_time: dueAtOf(record),
    subject_request_id: record.id,
    request_status: openDsrStatuses[record.state],
    api_version: apiVersion,
    ...(statusCallbackUrl === undefined ? {} : { status_callback_url: statusCallbackUrl }),
    ...(isThere && resultsUrl !== undefined ? { results_url: resultsUrl } : {}),
    ...(isThere && resultsUrl !== undefined && resultsCount !== undefined ? { results_count: resultsCount } : {}),
  };
}

/** The body of OpenDSR's answer to a request, section 7.3. It holds the request itself: it is for the sender, and for no log. */
export function openDsrReceipt(
  record: RequestRecord,
  {
    controllerId,
    body,
  }: { readonly controllerId: string /** The request's body, as it came. */; readonly body: Uint8Array },
) {
  return {
    controller_id: controllerId,
    expected_completion_time: dueAtOf(record),
    received_time: record.history[0]?.at ?? record.receivedAt,
    encoded_request: Buffer.from(body).toString("base64"),
    subject_request_id: record.id,
  };
}
