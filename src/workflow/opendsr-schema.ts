import type { RecordSchema } from "../model/record-schema.ts";

const nonEmpty = { type: "string", minLength: 1 } as const;
const encoding = { enum: ["raw", "sha1", "md5", "sha256"], type: "string" } as const; // section 5.2

/** What is looked at in an OpenDSR request of any version. Types of identities are open: processors have their own. */
export const openDsrSchema: RecordSchema = {
  type: "object",
  required: ["subject_request_id", "subject_request_type", "submitted_time", "subject_identities"],
  properties: {
    regulation: { enum: ["gdpr", "ccpa"], type: "string" },
    subject_request_id: { type: "string", format: "uuid" },
    subject_request_type: { enum: ["access", "portability", "erasure"], type: "string" },
    submitted_time: { type: "string", format: "date-time" },
    subject_identities: {
      type: ["array", "object"],
      minItems: 1,
      minProperties: 1,
      items: {
        type: "object",
        required: ["identity_type", "identity_value", "identity_format"],
        properties: { identity_type: nonEmpty, identity_value: nonEmpty, identity_format: encoding },
      },
      additionalProperties: {
        type: "object",
        required: ["value", "encoding"],
        properties: { value: nonEmpty, encoding },
      },
    },
    api_version: { enum: ["1.0", "2.0", "3.0"], type: "string" },
    status_callback_urls: { type: "array", items: { type: "string", format: "uri" } },
    extensions: { type: "object" },
  },
};
