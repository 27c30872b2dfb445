import { randomUUID } from "node:crypto";
import type { ExportRequest } from "../index.ts";
import { required, UsageError, type Values } from "./arguments.ts";

/** The options that state a request. */
export const requestOptions = {
  config: { type: "string" },
  subject: { type: "string" },
  identity: { type: "string", multiple: true },
  type: { type: "string" },
  request: { type: "string" },
  "received-at": { type: "string" },
  json: { type: "boolean" },
} as const;

export const requestHelp = `  --config FILE         default: portmanteau.config.ts (or .mts, .js, .mjs) here
  --subject ID          the key that the records carry; not needed with --identity
  --identity TYPE=VALUE another identity of the same person; may be repeated
  --type TYPE           access (default) or portability
  --request UUID        id of the request; default: a random one
  --received-at TIME    when it arrived, ISO 8601; default: now
  --json                print JSON on standard output, and nothing else there`;

/** @throws {UsageError} naming the option; its message holds no identifier of the subject */
export function requestFrom(values: Values<typeof requestOptions>): ExportRequest {
  const { type = "access", request = randomUUID() } = values;
  if (type !== "access" && type !== "portability") throw new UsageError('--type is "access" or "portability".');
  const identities = (values.identity ?? []).map((text) => {
    const [, identity_type, identity_value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (identity_type === undefined || identity_value === undefined) throw new UsageError("--identity is TYPE=VALUE.");
    return { identity_type, identity_value };
  });
  const id = identities.length > 0 ? values.subject : required(values.subject, "subject");
  const receivedAt = values["received-at"];
  return {
    id: request,
    type,
    subject: { ...(id === undefined ? {} : { id }), identities },
    ...(receivedAt === undefined ? {} : { receivedAt }),
  };
}
