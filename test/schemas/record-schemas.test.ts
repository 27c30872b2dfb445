/** Holds every schema in `schemas/records/` to the subset that the compiler reads, and `x-privacy` to its meta-schema. */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";

interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly examples?: readonly unknown[];
  readonly "x-privacy"?: Privacy;
  readonly [keyword: string]: unknown;
}

interface Privacy {
  readonly category?: readonly string[];
  readonly fides?: readonly string[];
  readonly origin?: string;
  readonly secret?: boolean;
  readonly thirdParty?: string;
}

/** One schema inside a record schema; `property` and `required` are set when it is a property of an object. */
interface Node {
  readonly pointer: string;
  readonly schema: Schema;
  readonly property?: string;
  readonly required?: boolean;
}

const folder = new URL("../../schemas/", import.meta.url);
const readSchema = (path: string): Schema => JSON.parse(readFileSync(new URL(path, folder), "utf8")) as Schema;

const files = readdirSync(new URL("records/", folder)).sort();
const records = files.map((file) => ({
  name: file.replace(/\.schema\.json$/, ""),
  schema: readSchema(`records/${file}`),
}));
const xPrivacy = readSchema("x-privacy.schema.json");
const recordNamed = (name: string): Schema => records.find((record) => record.name === name)?.schema ?? {};

function strictAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  addFormats.default(ajv); // the interop spelling that both the types and Node's ESM accept
  ajv.addKeyword({ keyword: "x-privacy", metaSchema: xPrivacy });
  return ajv;
}

function* walk(schema: Schema, pointer = "", place: Omit<Node, "pointer" | "schema"> = {}): Generator<Node> {
  yield { pointer, schema, ...place };
  for (const [property, child] of Object.entries(schema.properties ?? {})) {
    const required = schema.required?.includes(property) ?? false;
    yield* walk(child, `${pointer}/properties/${property}`, { property, required });
  }
  for (const [name, child] of Object.entries(schema.$defs ?? {})) yield* walk(child, `${pointer}/$defs/${name}`);
  if (schema.items) yield* walk(schema.items, `${pointer}/items`);
  for (const [index, child] of (schema.anyOf ?? []).entries()) yield* walk(child, `${pointer}/anyOf/${index}`);
}

/** Pointers of the nodes that break a rule; a test expects none, so that a failure names all of them. */
const breaking = (schema: Schema, broken: (node: Node) => boolean): string[] =>
  [...walk(schema)].filter(broken).map((node) => node.pointer);
const breakingProperty = (schema: Schema, broken: (node: Node) => boolean): string[] =>
  breaking(schema, (node) => node.property !== undefined && broken(node));

const types = ({ type }: Schema): readonly string[] => (typeof type === "string" ? [type] : (type ?? []));
const privacyOf = ({ schema }: Node): Privacy => schema["x-privacy"] ?? {};
const isSentence = (text = ""): boolean => /^\p{Lu}.*\S\.$/u.test(text) && !/[.!?]\s/.test(text);

const allowedKeywords = new Set(
  (
    "$schema $id $defs $ref type additionalProperties properties required items enum const format pattern minLength maxLength " +
    "minimum maximum minItems maxItems title description examples writeOnly deprecated x-privacy anyOf"
  ).split(" "),
);

/** Terms of DPV 2.0's personal-data extension (`pd.csv`). `pd:AccountIdentifier` is a bank account there, so it is not here. */
const dpvTerms = new Set(
  (
    "Authenticating AuthenticationHistory City Communication CommunicationsMetadata Country EmailAddress Geographic " +
    "GroupMembership Identifier IndividualProfile IPAddress Language Name Opinion Password PaymentCard PaymentCardExpiry " +
    "PhysicalAddress PostalCode Preference PrivacyPreference Professional Purchase Region ServiceConsumptionBehavior Street " +
    "Tax Transaction Transactional UID UserAgent"
  )
    .split(" ")
    .map((term) => `pd:${term}`),
);

/** Keys of the Fideslang 3.2 default taxonomy, none of them deprecated. */
const fidesKeys = new Set(
  (
    "system.operations user.account user.authorization user.authorization.credentials user.authorization.password " +
    "user.behavior user.behavior.purchase_history user.contact.address user.contact.address.city user.contact.address.country " +
    "user.contact.address.postal_code user.contact.address.state user.contact.address.street user.contact.email " +
    "user.content.private user.demographic.language user.device user.device.cookie_id user.device.ip_address " +
    "user.device.telemetry user.financial user.financial.credit_card user.name user.payment user.privacy_preferences " +
    "user.professional_information user.professional_information.workplace user.settings user.unique_id"
  ).split(" "),
);

/** A value made of a schema's own examples and choices: every property but the secrets, nothing null. */
function sample(schema: Schema, root: Schema): unknown {
  if (schema.$ref) return sample(root.$defs?.[schema.$ref.replace("#/$defs/", "")] ?? {}, root);
  if (schema.examples) return schema.examples[0];
  if (schema.enum) return schema.enum[0];
  const [type] = types(schema);
  switch (type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([, property]) => property["writeOnly"] !== true)
          .map(([name, property]) => [name, sample(property, root)]),
      );
    case "array":
      return [sample(schema.items ?? {}, root)];
    case "boolean":
      return true;
    case "integer":
    case "number":
      return schema["minimum"] ?? 0;
    default:
      if (schema.format === "date-time") return "2025-01-31T12:00:00.000Z";
      if (schema.format === "date") return "2025-01-31";
      return schema.format === "email" ? "someone@example.org" : "text";
  }
}

describe("the folder of record schemas", () => {
  it("holds the twelve records and nothing else", () => {
    expect(files).toEqual(
      (
        "account api-request billing-profile consent cookie-preference invoice organization-membership payment-method " +
        "session stored-file support-message support-ticket"
      )
        .split(" ")
        .map((name) => `${name}.schema.json`),
    );
  });

  it("compiles as a whole, so that no two schemas share an id", () => {
    const ajv = strictAjv();
    for (const { schema } of records) expect(() => ajv.addSchema(schema)).not.toThrow();
  });
});

describe.each(records)("the $name record schema", ({ name, schema }) => {
  it("compiles in Ajv's strict mode", () => {
    expect(() => strictAjv().compile(schema)).not.toThrow();
  });

  it("names itself after its file and keeps to JSON Schema 2020-12", () => {
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: `urn:portmanteau:schema:records:${name}:v1`,
      type: "object",
    });
    expect(schema.title?.toLowerCase().replaceAll(" ", "-")).toBe(name);
    expect(schema.description).toSatisfy(isSentence);
  });

  it("uses only the keywords that the compiler reads, and local references", () => {
    const unknown = [...walk(schema)].flatMap(({ pointer, schema: at }) =>
      Object.keys(at)
        .filter((keyword) => !allowedKeywords.has(keyword))
        .map((keyword) => `${pointer}/${keyword}`),
    );
    expect(unknown).toEqual([]);
    expect(breaking(schema, ({ schema: at }) => !(at.$ref ?? "#/$defs/").startsWith("#/$defs/"))).toEqual([]);
  });

  it("gives every schema a type, and never more than one beside null", () => {
    expect(
      breaking(
        schema,
        ({ schema: at }) => !at.$ref && !at.anyOf && types(at).filter((type) => type !== "null").length !== 1,
      ),
    ).toEqual([]);
  });

  it("closes every object", () => {
    const open = ({ schema: at }: Node) => types(at).includes("object") && at["additionalProperties"] !== false;
    expect(breaking(schema, open)).toEqual([]);
  });

  it("requires only properties that exist, each once", () => {
    const wrong = ({ schema: at }: Node) =>
      new Set(at.required).size !== (at.required?.length ?? 0) ||
      (at.required ?? []).some((required) => !Object.hasOwn(at.properties ?? {}, required));
    expect(breaking(schema, wrong)).toEqual([]);
  });

  it("never makes a property both optional and nullable, because CSV cannot tell the two apart", () => {
    expect(breakingProperty(schema, ({ required, schema: at }) => !required && types(at).includes("null"))).toEqual([]);
  });

  it("gives every property a title in sentence case and a description of one sentence", () => {
    expect(breakingProperty(schema, ({ schema: at }) => !/^\p{Lu}[^.]*$/u.test(at.title ?? ""))).toEqual([]);
    expect(breakingProperty(schema, ({ schema: at }) => !isSentence(at.description))).toEqual([]);
  });

  it("states category, Fideslang key and origin for every property, and all of it fits the meta-schema", () => {
    const fits = new Ajv2020({ strict: true }).compile(xPrivacy);
    expect(breaking(schema, ({ schema: at }) => "x-privacy" in at && !fits(at["x-privacy"]))).toEqual([]);
    const silent = (node: Node) => {
      const { category, fides, origin } = privacyOf(node);
      return !category || !fides || !origin;
    };
    expect(breakingProperty(schema, silent)).toEqual([]);
  });

  it("uses only terms that the two vocabularies have", () => {
    const facts = [...walk(schema)].map(privacyOf);
    expect(facts.flatMap(({ category = [] }) => category).filter((term) => !dpvTerms.has(term))).toEqual([]);
    expect(facts.flatMap(({ fides = [] }) => fides).filter((key) => !fidesKeys.has(key))).toEqual([]);
  });

  it("marks secrets twice, and never requires what is stripped before validation", () => {
    const half = (node: Node) => (privacyOf(node).secret === true) !== (node.schema["writeOnly"] === true);
    expect(breaking(schema, half)).toEqual([]);
    expect(breakingProperty(schema, (node) => node.required === true && privacyOf(node).secret === true)).toEqual([]);
  });

  it("never requires a derived or inferred property, because portability leaves it out", () => {
    const derived = (node: Node) => ["derived", "inferred"].includes(privacyOf(node).origin ?? "");
    expect(breakingProperty(schema, (node) => node.required === true && derived(node))).toEqual([]);
  });

  it("lets any text stand in for a third party", () => {
    const narrow = ({ schema: at }: Node) =>
      !types(at).includes("string") || ["format", "pattern", "enum", "minLength", "maxLength"].some((key) => key in at);
    expect(breaking(schema, (node) => privacyOf(node).thirdParty !== undefined && narrow(node))).toEqual([]);
  });

  it("carries the key of the account, required and never null", () => {
    expect(schema.required).toContain("accountId");
    expect(schema.properties?.["accountId"]?.type).toBe("string");
  });

  it("accepts a record made of its own examples and refuses one with a property too many", () => {
    const validate = strictAjv().compile(schema);
    const record = sample(schema, schema) as Record<string, unknown>;
    expect(validate(record), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...record, unexpected: true })).toBe(false);
  });
});

describe("what a record must not and must hold back", () => {
  it("leaves no place for a card number or a security code in a payment method", () => {
    const schema = recordNamed("payment-method");
    expect(breakingProperty(schema, ({ property }) => /number|pan|cvc|cvv/i.test(property ?? ""))).toEqual([]);
    expect(breaking(schema, (node) => /CardNumber/.test(privacyOf(node).category?.join() ?? ""))).toEqual([]);
  });

  it.each([
    ["account", ["passwordHash", "totpSecret"]],
    ["session", ["tokenHash"]],
    ["payment-method", ["providerToken"]],
  ])("keeps the secrets of %s", (name, secrets) => {
    const found = [...walk(recordNamed(name))].filter((node) => privacyOf(node).secret).map((node) => node.property);
    expect(found).toEqual(secrets);
  });

  it("replaces the people behind a support message and an invitation", () => {
    expect(recordNamed("support-message").properties).toMatchObject({
      agentName: { "x-privacy": { thirdParty: "redact" } },
      agentId: { "x-privacy": { thirdParty: "pseudonymize" } },
    });
    expect(recordNamed("organization-membership").properties).toMatchObject({
      invitedBy: { "x-privacy": { thirdParty: "pseudonymize" } },
    });
  });
});

describe("the meta-schema of x-privacy", () => {
  const fits = new Ajv2020({ strict: true }).compile(xPrivacy);

  it("is closed and describes every property", () => {
    expect(xPrivacy["additionalProperties"]).toBe(false);
    expect(breakingProperty(xPrivacy, ({ schema: at }) => !isSentence(at.description) || !at.title)).toEqual([]);
  });

  it.each([
    { category: ["pd:EmailAddress", "dpv:PersonalData", "https://w3id.org/dpv/pd#EmailAddress"] },
    { fides: ["user", "user.contact.email"] },
    { origin: "inferred" },
    { secret: true },
    { thirdParty: "redact" },
    { withhold: "third-party-rights" },
  ])("accepts %j on its own", (value) => {
    expect(fits(value)).toBe(true);
  });

  it.each([
    {},
    { catagory: ["pd:Name"] },
    { category: [] },
    { category: "pd:Name" },
    { category: ["EmailAddress"] },
    { category: ["pd:"] },
    { category: ["pd:Email Address"] },
    { fides: ["User.Contact"] },
    { fides: ["user..email"] },
    { origin: "guessed" },
    { secret: false },
    { thirdParty: "hide" },
    { withhold: "" },
    { withhold: " " },
  ])("refuses %j", (value) => {
    expect(fits(value)).toBe(false);
  });

  it("stops a record schema with a typing error at start-up", () => {
    const schema = {
      type: "object",
      properties: { email: { type: "string", "x-privacy": { catagory: ["pd:Name"] } } },
    };
    expect(() => strictAjv().compile(schema)).toThrow(/x-privacy/);
  });
});
