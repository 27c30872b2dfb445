import type { PageDataset, PageInput } from "../../src/bundle/page/index.ts";
import { gdprRights } from "../../src/model/gdpr-rights.ts";
import type { Manifest } from "../../src/model/generated/manifest.ts";
import type { JsonObject, JsonValue } from "../../src/model/json.ts";
import { hostile, spoiled } from "./page-hostile.ts";

type Dataset = Manifest["datasets"][number];

const sha256 = "0".repeat(64);

function dataset(
  name: string,
  category: string,
  title: string,
  written: number,
  more: Partial<Dataset> & { csvBytes?: number } = {},
): Dataset {
  const { csvBytes = 321 * (written + 1), ...facts } = more;
  const file = (path: string, mediaType: string, bytes: number, records = written) => ({
    path,
    mediaType,
    bytes,
    sha256,
    records,
  });
  const quarantined = facts.records?.quarantined ?? 0;
  return {
    name,
    category,
    title,
    source: "postgres",
    outcome: "complete",
    records: { read: written, written, quarantined: 0, expected: written },
    droppedFields: {},
    redactions: {},
    schema: { path: `schemas/${name}.schema.json`, id: `urn:example:${name}`, sha256 },
    files: [
      file(`data/${name}.json`, "application/json", 2 * csvBytes),
      file(`data/${name}.csv`, "text/csv", csvBytes),
      ...(quarantined > 0 ? [file(`quarantine/${name}.json`, "application/json", 2_345, quarantined)] : []),
    ],
    ...facts,
  };
}

const none = { records: { read: 0, written: 0, quarantined: 0, expected: null }, files: [] };

/** A manifest as a hosting company would give it: every outcome, every kind of reason, every optional fact. */
export function manifest(change: Partial<Manifest> = {}): Manifest {
  return {
    format: "portmanteau-bundle",
    formatVersion: 1,
    bundleId: "urn:uuid:7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11",
    createdAt: "2026-11-21T09:05:30.250Z",
    generator: { name: "portmanteau", version: "0.1.0" },
    part: { number: 1, last: true },
    completeness: "partial",
    consistency: "per-dataset",
    portabilityScope: null,
    request: {
      id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77",
      type: "access",
      regulation: "gdpr",
      receivedAt: "2026-11-03T14:20:00.000Z",
      dueAt: "2026-12-03T14:20:00.000Z",
      extension: { until: "2027-01-03T14:20:00.000Z", reason: "Part of the records lie in an archive on tape." },
    },
    subject: {
      id: "acc_7Q2M9XKD",
      identities: [
        { identity_type: "email", identity_value: "maja.lindqvist@example.org", identity_format: "raw" },
        { identity_type: "phone", identity_value: "5f3c9a…e1", identity_format: "sha256" },
      ],
    },
    controller: {
      name: "Northwind Hosting",
      contact: "privacy@northwind.example",
      dpo: "https://northwind.example/dpo?topic=copy",
      representative: "Northwind Europe B.V., Keizersgracht 1, Amsterdam",
    },
    recipients: [
      { id: "host", name: "Stratolith Hosting", category: "Infrastructure", country: "IE" },
      {
        id: "psp",
        name: "Tallybox Payments",
        category: "Payment provider",
        country: "US",
        safeguard: "Standard contractual clauses, GDPR 46(2)(c)",
      },
      { id: "desk", name: "Deskwell Support", category: "Support desk", country: "DE" },
    ],
    rights: gdprRights.map((right) => ({ ...right, how: `Write to privacy@northwind.example about ${right.name}.` })),
    complaint: {
      authority: "Swedish Authority for Privacy Protection",
      contact: "https://authority.example/complaints",
    },
    automatedDecisions: [
      {
        name: "Misuse protection",
        logic: "A score between 0 and 1 is worked out from how many requests are refused.",
        consequences: "Above 0.9, a member of our staff looks at new deployments before they run.",
      },
    ],
    categories: [
      {
        id: "account",
        title: "Account information",
        description: "What you gave us when you signed up, and the organizations you belong to.",
        purposes: ["dpv:ServiceProvision", "https://w3id.org/dpv#AccountManagement"],
        legalBasis: "eu-gdpr:A6-1-b",
        personalData: ["pd:EmailAddress", "pd:IPAddress", "pd:UID"],
        fides: ["user.contact.email"],
        origin: "provided",
        retention: { criteria: "As long as your account is active." },
        recipients: ["host"],
        portable: true,
      },
      {
        id: "billing",
        title: "Billing information",
        description: "Whom we bill and for what.",
        purposes: ["dpv:PaymentManagement"],
        legalBasis: "eu-gdpr:A6-1-c",
        personalData: ["pd:Transactional"],
        fides: ["user.payment"],
        origin: "observed",
        source: "Tallybox Payments tells us whether you paid.",
        retention: { duration: "P10Y", criteria: "From the end of the year of the invoice, as tax law demands." },
        recipients: ["host", "psp", "auditor"],
        portable: false,
      },
      {
        id: "support",
        title: "Support inquiries",
        purposes: ["dpv:CustomerCare"],
        legalBasis: "eu-gdpr:A6-1-f",
        personalData: [],
        fides: [],
        origin: "inferred",
        retention: { duration: "P1Y6M" },
        recipients: ["host", "desk"],
        portable: false,
      },
      {
        id: "health",
        title: "Accessibility needs",
        purposes: [],
        legalBasis: "us:CCPA-1798",
        personalData: [],
        fides: [],
        origin: "derived",
        retention: { duration: "P13M" },
        recipients: [],
        portable: false,
      },
    ],
    datasets: [
      dataset("account", "account", "Account", 1, { description: "Your account: who you are to us." }),
      dataset("organizations", "account", "Organizations", 2, { redactions: { "/invitedBy": 2 } }),
      dataset("invoices", "billing", "Invoices", 20_000, {
        description: "Every invoice we sent you, line by line.",
        csvBytes: 7_183_181,
        period: { from: "2022-08-01T00:00:00.000Z", to: "2026-11-01T00:00:00.000Z" },
        records: { read: 20_003, written: 20_000, quarantined: 3, expected: 20_003 },
        droppedFields: { "/internal/marginPercent": 20_000 },
      }),
      dataset("refunds", "billing", "Refunds", 0, { outcome: "empty" }),
      dataset("tickets", "support", "Support tickets", 12, {
        outcome: "partial",
        reason: "INCOMPLETE: the source counted 15 records and gave 12.",
        records: { read: 12, written: 12, quarantined: 0, expected: 15 },
        redactions: { "/assignedAgent": 12 },
      }),
      dataset("calls", "support", "Telephone calls", 0, {
        ...none,
        outcome: "failed",
        reason: "SOURCE_UNAVAILABLE: reading did not succeed.",
      }),
      dataset("scores", "support", "Satisfaction scores", 0, {
        ...none,
        outcome: "excluded",
        reason: "It was derived, not provided by you or observed of you.",
      }),
      dataset("resellers", "account", "Reseller contracts", 0, {
        ...none,
        outcome: "notApplicable",
        reason: "It does not concern this person.",
      }),
      dataset("hostile", "health", "Hostile values", Object.keys(hostile).length, {
        description: "What a careless page would break on.",
      }),
    ],
    withheld: [
      {
        dataset: "account",
        pointer: "/passwordHash",
        reason: "secret",
        basis: "GDPR 32; 11 CCR 7024(d)",
        description: "Your password is stored only in a scrambled form and is never given out.",
      },
      {
        dataset: "tickets",
        pointer: "/messages/*/agentNote",
        reason: "third-party-rights",
        basis: "GDPR 15(4), 20(4)",
      },
      { dataset: "invoices", pointer: "/riskScore", reason: "not-portable-origin", basis: "GDPR 20(1)" },
      { dataset: "invoices", pointer: "/taxId", reason: "not-portable-basis" },
      { dataset: "tickets", pointer: "/queue", reason: "declared", description: "The internal queue of the ticket." },
    ],
    excluded: [
      {
        what: "The code and databases that you host with us",
        reason: "processor",
        basis: "GDPR 28",
        description: "We hold them on your instructions. Copy them with the command line tool.",
        contact: "support@northwind.example",
      },
      {
        what: "Satisfaction scores",
        dataset: "scores",
        reason: "not-portable-origin",
        contact: "javascript:window.ran=1",
      },
    ],
    ...change,
  };
}

const column = (pointer: string, title: string, type = "string", description?: string) => ({
  pointer,
  title,
  type,
  ...(description === undefined ? {} : { description }),
});

const invoiceColumns: PageDataset["columns"] = [
  column("/id", "Invoice ID", "string", "The key we gave to this invoice."),
  column("/accountId", "Account ID", "string", "The key of your account, which this record belongs to."),
  column("/number", "Invoice number", "string", "The number printed on the invoice."),
  column("/status", "Status"),
  column("/currency", "Currency", "string", "The currency of every amount, as a three-letter code."),
  column("/total", "Total", "number", "What there is to pay, tax included."),
  column("/issuedAt", "Issued", "string", "When the invoice was issued."),
  column("/paidAt", "Paid", "string", "When the invoice was paid, if it has been."),
  column("/billingAddress/city", "City", "string", "The city of the address on the invoice."),
  column("/reminded", "Reminded", "boolean"),
  column("/lines", "Lines", "json", "What the invoice is for, line by line."),
  column("/tags", "Tags", "json"),
];

/** From August 2022 to November 2026: all 20,000. */
const invoiceMonths = new Map(
  Array.from({ length: 52 }, (_, index) => {
    const month = `${2022 + Math.floor((index + 7) / 12)}-${String(((index + 7) % 12) + 1).padStart(2, "0")}`;
    return [month, index === 51 ? 14_900 : 100] as const;
  }),
);

function invoice(index: number): JsonObject {
  const month = String(index + 1).padStart(2, "0");
  return {
    id: `inv_00000${index}`,
    accountId: "acc_7Q2M9XKD",
    number: `NW-2022-000${index}`,
    status: index % 3 === 0 ? "open" : "paid",
    currency: "EUR",
    total: 1234.5 + index,
    issuedAt: `2022-${month}-01T00:00:00.000Z`,
    paidAt: index % 3 === 0 ? null : `2022-${month}-09T13:45:10.120Z`,
    billingAddress: { city: "Göteborg" },
    reminded: index % 2 === 0,
    lines: Array.from({ length: index + 1 }, (_, line) => ({
      description: `Compute, ${line + 1} instances`,
      quantity: 744,
      unitPrice: "0.0123",
      period: { from: `2022-${month}-01`, to: `2022-${month}-28` },
    })),
    tags: index === 0 ? [] : ["eu-north", "committed"],
  };
}

function hostileRecords(): JsonObject[] {
  return Object.entries(hostile).map(([key, value]) => ({
    key,
    value,
    nested: { [value]: value, [key]: [value, null, 1] } as JsonValue,
    list: [{ [value]: { deep: { deeper: { deepest: value } } } }] as JsonValue,
  }));
}

/** What the page is made from, with previews of flat, nested, empty and hostile records. */
export function pageInput(change: Partial<Manifest> = {}): PageInput {
  return {
    manifest: manifest(change),
    datasets: [
      {
        name: "account",
        columns: [
          column("/accountId", "Account ID", "string", "The key of your account, which every other record points to."),
          column("/email", "Email address", "string", "The email address you sign in with."),
          column("/emailVerified", "Email address confirmed", "boolean", "Whether you have confirmed the address."),
          column("/createdAt", "Created", "string", "When you created your account."),
          column("/organizationName", "Organization", "string", "The organization you said you belong to, if any."),
          column("/about", "About you", "string", "What you wrote on your profile."),
          column("/marketing", "Marketing choices", "json"),
        ],
        preview: [
          {
            accountId: "acc_7Q2M9XKD",
            email: "maja.lindqvist@example.org",
            emailVerified: true,
            createdAt: "2022-07-14T08:30:00+02:00",
            organizationName: null,
            about: "I build small tools for large libraries. ".repeat(20),
            marketing: { newsletter: false, productUpdates: true },
          },
        ],
      },
      {
        name: "organizations",
        columns: [
          column("/organizationName", "Organization"),
          column("/role", "Role"),
          column("/invitedBy", "Invited by"),
        ],
        preview: [
          { organizationName: "Lindqvist Labs", role: "owner", invitedBy: null },
          { organizationName: "Göteborg Library", role: "member", invitedBy: "person-0f3a9c" },
        ],
      },
      {
        name: "invoices",
        months: invoiceMonths,
        columns: invoiceColumns,
        preview: Array.from({ length: 10 }, (_, index) => invoice(index)),
      },
      { name: "refunds", columns: [column("/id", "Refund ID"), column("/amount", "Amount", "number")], preview: [] },
      {
        name: "tickets",
        columns: [
          column("/id", "Ticket ID"),
          column("/subjectLine", "Subject line"),
          column("/assignedAgent", "Agent in charge"),
        ],
        preview: [
          { id: "t_1", subjectLine: "Cannot sign in", assignedAgent: "person-77aa01" },
          { id: "t_2", subjectLine: "", assignedAgent: "person-77aa01" },
        ],
      },
      {
        name: "hostile",
        columns: [
          column("/key", "Kind"),
          column("/value", "Value", "string", hostile.script),
          column("/nested", hostile.attribute, "json"),
          column("/list", "List", "json"),
        ],
        preview: hostileRecords(),
      },
    ],
  };
}

/** The same page with hostile texts in its manifest too. */
export function hostileInput(): PageInput {
  const { manifest: facts, datasets } = pageInput();
  return { manifest: spoiled(facts), datasets };
}
