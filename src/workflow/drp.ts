import type { RecordSchema } from "../model/record-schema.ts";
import type { ExportRequest } from "../model/request.ts";
import { messageCheck, refused } from "./foreign.ts";

/**
 * Data Rights Protocol 0.9.4, the decoded body of a rights request (section 2.01), its signature verified before (section 3.07). Older
 * 0.9 versions lack `drp.version` and `agent-request-id`.
 */
export interface DrpRequest {
  readonly "agent-id": string;
  readonly "business-id": string;
  readonly "agent-request-id"?: string;
  /** ISO 8601. */
  readonly "issued-at": string;
  /** ISO 8601. */
  readonly "expires-at": string;
  readonly "drp.version"?: string;
  /** `access`, `access:specific`, `access:categories`, `deletion`, `sale:opt_out`, `sale:opt_in`. */
  readonly exercise: string;
  /** Absent: voluntary. */
  readonly regime?: string;
  readonly relationships?: readonly string[];
  readonly status_callback?: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  /** E.164. */
  readonly phone_number?: string;
  readonly phone_number_verified?: boolean;
}

const text = { type: "string", minLength: 1 } as const;
const time = { type: "string", format: "date-time" } as const;
const schema: RecordSchema = {
  type: "object",
  required: ["agent-id", "business-id", "issued-at", "expires-at", "exercise"],
  properties: {
    "agent-id": text,
    "business-id": text,
    "agent-request-id": text,
    "issued-at": time,
    "expires-at": time,
    "drp.version": { type: "string", pattern: "^0\\.9(\\.[0-9]+)?$" },
    exercise: text,
    regime: { const: "ccpa", type: "string" }, // section 3.01: the only one that is encoded
    relationships: { type: "array", items: { type: "string" } },
    status_callback: { type: "string", format: "uri" },
    name: text,
    email: text,
    email_verified: { type: "boolean" },
    phone_number: text,
    phone_number_verified: { type: "boolean" },
  },
};
const checked = messageCheck<DrpRequest>("DRP", schema);

/** Claims of a DRP request that a person can be found by, and what such an identity is called in a request to export. */
const claims = [
  ["email", "email_verified", "email"],
  ["phone_number", "phone_number_verified", "phone"],
] as const;

/** What must be known to read a request of the Data Rights Protocol, and is not in it. */
export interface FromDrpOptions {
  /** The UUID that the request gets here: DRP's `request_id`. */
  readonly requestId: string;
  /** The business that this is. */
  readonly businessId: string;
  /** The agent whose key signed the message, by its bearer token. */
  readonly agentId: string;
  /** The time, in milliseconds since 1970. */
  readonly now: number;
  /** Takes also claims that the agent does not say it has verified. Whoever names another's address then gets that person's data. Default false. */
  readonly acceptUnverified?: boolean;
}

/** A request of the Data Rights Protocol, read. */
export interface ReadDrp {
  /** The request, to be exported. */
  readonly request: ExportRequest;
  /** The agent's own id of the request. */
  readonly agentRequestId: string | undefined;
  /** Where the agent wants to be told of changes; from outside, like everything here. */
  readonly statusCallback: string | undefined;
}

/**
 * The request to export that a Data Rights Protocol message asks for, after its signature was verified: `access` and `access:specific`. It
 * checks what section 3.07 asks for after that: the agent, the business, and the time. Only verified e-mail addresses and telephone numbers
 * become identities, `email` and `phone`. Without a regime the terms are those of the CCPA, too.
 *
 * @throws {PortmanteauError} `REQUEST_INVALID` with the pointer into the message
 */
export function fromDrp(message: unknown, options: FromDrpOptions): ReadDrp {
  const { requestId, businessId, agentId, now, acceptUnverified = false } = options;
  const body = checked(message);
  if (body["agent-id"] !== agentId) throw refused("DRP", "/agent-id", "it is not the agent that signed the message");
  if (body["business-id"] !== businessId) throw refused("DRP", "/business-id", "it is for another business");
  if (now < Date.parse(body["issued-at"])) throw refused("DRP", "/issued-at", "it lies in the future");
  if (now >= Date.parse(body["expires-at"])) throw refused("DRP", "/expires-at", "the message has expired");
  if (body.exercise !== "access" && body.exercise !== "access:specific")
    throw refused("DRP", "/exercise", "an export answers access and access:specific only");
  const identities = claims.flatMap(([claim, verified, identity_type]) => {
    const value = body[claim];
    return value !== undefined && (acceptUnverified || body[verified] === true)
      ? [{ identity_type, identity_value: value, identity_format: "raw" }]
      : [];
  });
  if (identities.length === 0)
    throw refused("DRP", "/email_verified", "it holds no verified e-mail address or telephone number");
  return {
    request: {
      id: requestId,
      type: "access",
      subject: { identities },
      regulation: "ccpa",
      receivedAt: new Date(now).toISOString(),
    },
    agentRequestId: body["agent-request-id"],
    statusCallback: body.status_callback,
  };
}

/** Who asks whom, and until when. */
export interface ToDrpOptions {
  /** The agent that asks. */
  readonly agentId: string;
  /** The business that is asked. */
  readonly businessId: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  /** Milliseconds since 1970; at most some minutes later. */
  readonly expiresAt: number;
  /** Where the agent wants to be told of changes. */
  readonly statusCallback?: string;
}

/**
 * The Data Rights Protocol message for a request, to be signed and sent by an agent. E-mail addresses and telephone numbers count as verified:
 * whoever sends them says that they are. The request's id is `agent-request-id`. Other identities stay behind: DRP has no place for them.
 *
 * @throws {PortmanteauError} `REQUEST_INVALID` when DRP cannot say it: portability, another law than the CCPA, or neither address nor number
 */
export function toDrp({ id, type, subject, regulation }: ExportRequest, options: ToDrpOptions): DrpRequest {
  if (type !== "access") throw refused("DRP", "/type", "DRP knows access only");
  if (regulation?.toLowerCase() !== "ccpa") throw refused("DRP", "/regulation", "DRP knows ccpa only");
  const found = claims.flatMap(([claim, verified, type]) => {
    const values = (subject.identities ?? []).filter(
      ({ identity_type, identity_format = "raw" }) => identity_type === type && identity_format === "raw",
    );
    if (values.length > 1) throw refused("DRP", "/subject/identities", `DRP has one ${claim}`);
    return values.map(({ identity_value }) => ({ [claim]: identity_value, [verified]: true }));
  });
  if (found.length === 0) throw refused("DRP", "/subject", "it has neither an e-mail address nor a telephone number");
  return Object.assign(
    {
      "agent-id": options.agentId,
      "business-id": options.businessId,
      "agent-request-id": id,
      "issued-at": new Date(options.issuedAt).toISOString(),
      "expires-at": new Date(options.expiresAt).toISOString(),
      "drp.version": "0.9.4",
      exercise: "access",
      regime: "ccpa",
      ...(options.statusCallback === undefined ? {} : { status_callback: options.statusCallback }),
    },
    ...found,
  );
}
