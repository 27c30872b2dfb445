import { randomUUID } from "node:crypto";
import { type ExportRequest, locales } from "../index.ts";
import { UsageError } from "./arguments.ts";
import type { Options, Values } from "./command.ts";
import { configOption } from "./load-config.ts";

/** The options that state a request. */
export const requestOptions = {
  ...configOption,
  subject: { type: "string", value: "ID", help: "the key that the records carry; not needed with --identity" },
  identity: { type: "string", value: "TYPE=VALUE", help: "another identity of the same person", multiple: true },
  type: {
    type: "string",
    value: "TYPE",
    help: "what is asked for",
    choices: ["access", "portability"],
    default: "access",
  },
  request: { type: "string", value: "UUID", help: "id of the request", default: "a random one" },
  "received-at": { type: "string", value: "TIME", help: "when it arrived, ISO 8601", default: "now" },
  locale: {
    type: "string",
    value: "TAG",
    help: "language of the page",
    choices: locales,
    default: "the configuration's",
  },
} as const satisfies Options;

/** @throws {UsageError} naming the option; its message holds no identifier of the subject */
export function requestFrom(values: Values<typeof requestOptions>): ExportRequest {
  const { type = "access", request = randomUUID() } = values;
  const identities = (values.identity ?? []).map((text) => {
    const [, identity_type, identity_value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (identity_type === undefined || identity_value === undefined) throw new UsageError("--identity is TYPE=VALUE.");
    return { identity_type, identity_value };
  });
  const id = values.subject;
  if (id === undefined && identities.length === 0) throw new UsageError("--subject is needed, or --identity.");
  const receivedAt = values["received-at"];
  const locale = locales.find((each) => each === values.locale);
  return {
    id: request,
    type,
    subject: { ...(id === undefined ? {} : { id }), identities },
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...(locale === undefined ? {} : { locale }),
  };
}
