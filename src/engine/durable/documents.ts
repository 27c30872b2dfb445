import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import type { ValidateFunction } from "ajv/dist/2020.js";
import begunSchema from "../../../schemas/journal/v1/begun.schema.json" with { type: "json" };
import checkpointSchema from "../../../schemas/journal/v1/checkpoint.schema.json" with { type: "json" };
import countSchema from "../../../schemas/journal/v1/count.schema.json" with { type: "json" };
import deliveredSchema from "../../../schemas/journal/v1/delivered.schema.json" with { type: "json" };
import partStateSchema from "../../../schemas/journal/v1/part-state.schema.json" with { type: "json" };
import receiptSchema from "../../../schemas/journal/v1/receipt.schema.json" with { type: "json" };
import { createAjv } from "../../codec/ajv.ts";
import { type ErrorCode, PortmanteauError } from "../../model/errors.ts";
import type { Begun } from "../../model/generated/journal/begun.ts";
import type { Checkpoint } from "../../model/generated/journal/checkpoint.ts";
import type { Count } from "../../model/generated/journal/count.ts";
import type { Delivered } from "../../model/generated/journal/delivered.ts";
import type { PartState } from "../../model/generated/journal/part-state.ts";
import type { Receipt } from "../../model/generated/journal/receipt.ts";
import { corrupt, maxPlainBytes, type Vault } from "./vault.ts";

/** The documents of the journal, each with its schema. */
const schemas = {
  begun: begunSchema,
  checkpoint: checkpointSchema,
  receipt: receiptSchema,
  count: countSchema,
  delivered: deliveredSchema,
  partState: partStateSchema,
};
interface Documents {
  begun: Begun;
  checkpoint: Checkpoint;
  receipt: Receipt;
  count: Count;
  delivered: Delivered;
  partState: PartState;
}
type Kind = keyof Documents;

const checks = new Map<Kind, ValidateFunction>();
const deflated = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const inflated = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);
/** More text than any document has: what was authentic is not hostile, but may be wrong. */
const mostText = 512 * 1024 * 1024;

/** Where the documents of a request stand in its folder. */
export const names = {
  begun: "request",
  delivered: "delivered",
  count: (dataset: number) => `counts/${dataset}`,
  checkpoint: (part: number) => `parts/${part}-checkpoint`,
  receipt: (part: number) => `parts/${part}-receipt`,
  chunk: (part: number, object: string) => `parts/${part}-${object}`,
} as const;

/** Puts a document in place of the one that was there. */
export async function putDocument<K extends Kind>(vault: Vault, name: string, document: Documents[K]): Promise<void> {
  const bytes = await deflated(Buffer.from(JSON.stringify(document)), { level: 1 });
  if (bytes.length > maxPlainBytes)
    throw new PortmanteauError(
      "SPOOL_FAILED",
      `A document of the journal is larger than an object of a durable spool may be (${bytes.length} bytes).`,
    );
  await vault.put(name, bytes);
}

/** A document of the journal; nothing where there is none. @throws {PortmanteauError} `JOURNAL_CORRUPT` when it is something else */
export async function getDocument<K extends Kind>(
  vault: Vault,
  kind: K,
  name: string,
): Promise<Documents[K] | undefined> {
  const bytes = await vault.get(name);
  if (bytes === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse((await inflated(bytes, { maxOutputLength: mostText })).toString());
  } catch {
    throw corrupt(name, "is no document of the journal");
  }
  return checked(kind, value, name);
}

/** What was read, once it matches its schema. @throws {PortmanteauError} `JOURNAL_CORRUPT` */
export function checked<K extends Kind>(kind: K, value: unknown, name: string): Documents[K] {
  let check = checks.get(kind);
  if (check === undefined) checks.set(kind, (check = createAjv({ allErrors: false }).compile(schemas[kind])));
  if (check(value)) return value as Documents[K];
  throw corrupt(name, `does not match its schema at "${check.errors?.[0]?.instancePath || "/"}"`);
}

type ErrorDocument = NonNullable<Receipt["error"]>;

/** An error without its cause, which may quote values. */
export function errorDocument({ code, message, retryable }: PortmanteauError): ErrorDocument {
  return { code, message, retryable };
}

/** The error as it was. What happened then does not pass by a repetition of the step that tells of it. */
export function storedError(error: ErrorDocument, dataset: string): PortmanteauError {
  return new PortmanteauError(error.code as ErrorCode, error.message, { context: { dataset } });
}
