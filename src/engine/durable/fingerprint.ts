import { createHash, createHmac } from "node:crypto";
import { formatVersion } from "../../bundle/layout.ts";
import { PortmanteauError } from "../../model/errors.ts";
import { pointerStep } from "../../model/json.ts";
import type { CompiledConfig } from "../config.ts";

/** Digests of facts, by pointer. */
export type Fingerprint = Readonly<Record<string, string>>;

/**
 * Every fact of a configuration that the bytes of a bundle depend on, as digests: two processes may work on one request when theirs are
 * the same. What only decides how it is read (`lanes`, `pageRecords`, `retry`) or judged (`onFailure`) may differ.
 *
 * @param pseudonymKey the key that the configuration gives; nothing when it is derived
 * @param secret keys the digest of `pseudonymKey`
 */
export function fingerprintOf(
  config: CompiledConfig,
  pseudonymKey: Uint8Array | undefined,
  secret: Uint8Array,
): Fingerprint {
  const facts: Record<string, string> = {};
  const add = (pointer: string, value: unknown) => {
    facts[pointer] = createHash("sha256").update(textOf(value)).digest("hex");
  };
  const { controller, recipients, categories, complaint, automatedDecisions, excluded, locale, branding } = config;
  const rights = config.rights(locale);
  const { portabilityScope, compressionLevel, previewRecords, generator, datasets } = config;
  const whole = { controller, recipients, categories, rights, complaint, automatedDecisions, excluded };
  for (const [key, value] of Object.entries({
    ...whole,
    portabilityScope,
    compressionLevel,
    previewRecords,
    generator,
    locale,
    branding,
  }))
    add(pointerStep(key), value);
  add("/formatVersion", formatVersion);
  add("/csv", datasets[0]?.access.codec.csv);
  add("/pseudonymKey", pseudonymKey && createHmac("sha256", secret).update(pseudonymKey).digest("hex"));
  add(
    "/datasets",
    datasets.map(({ dataset }) => dataset.name),
  );
  for (const { dataset } of datasets) {
    const { name, title, description, schema, privacy, subjectField, identity, onNoIdentity } = dataset;
    const { primaryKey, foreignKeys, timeField, onInvalid, source } = dataset;
    const facts = { title, description, schema, privacy, subjectField, identity, onNoIdentity };
    for (const [key, value] of Object.entries({ ...facts, primaryKey, foreignKeys, timeField, onInvalid }))
      add(`/datasets/${name}${pointerStep(key)}`, value);
    const { capabilities, consistency, snapshot } = source;
    add(`/datasets/${name}/source`, [source.name, capabilities, consistency ?? "none", snapshot !== undefined]);
  }
  return facts;
}

/** The pointers of what differs, sorted. */
export function differing(begun: Fingerprint, now: Fingerprint): readonly string[] {
  const pointers = new Set([...Object.keys(begun), ...Object.keys(now)]);
  return [...pointers].filter((pointer) => begun[pointer] !== now[pointer]).sort();
}

/** @throws {PortmanteauError} `RESUME_REFUSED` that names what differs */
export function requireSame(begun: Fingerprint, now: Fingerprint): void {
  const different = differing(begun, now);
  if (different.length === 0) return;
  throw new PortmanteauError(
    "RESUME_REFUSED",
    `The configuration is not the one that the request was begun with: ${different.join(", ")}. Restore it, or begin the request anew with onChange: "restart".`,
    { context: { pointer: different[0] as string } },
  );
}

/** JSON as it stands: the order of a schema's properties is the order of the columns, and so a fact. */
function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}
