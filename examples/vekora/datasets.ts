import { type Dataset, defineDataset } from "portmanteau";
import {
  accountSchema,
  apiRequestSchema,
  billingProfileSchema,
  consentSchema,
  cookiePreferenceSchema,
  invoiceSchema,
  organizationMembershipSchema,
  paymentMethodSchema,
  sessionSchema,
  supportMessageSchema,
  supportTicketSchema,
} from "portmanteau/records";
import {
  type PostgresConnections,
  type PostgresRow,
  type PostgresSnapshot,
  postgresSource,
} from "portmanteau/sources/postgres";
import { privacy } from "./privacy.ts";
import { type DatasetQuery, queries } from "./queries.ts";

export interface VekoraDatasetsOptions {
  /** One frozen view for all datasets. */
  readonly snapshot?: PostgresSnapshot;
}

/** Everything that Vekora holds about a person, category by category, in the order of its privacy policy. */
export function vekoraDatasets(pool: PostgresConnections, { snapshot }: VekoraDatasetsOptions = {}): Dataset[] {
  const source = (
    { page, count }: DatasetQuery,
    { cursor = "id", map }: { cursor?: string; map?: (row: PostgresRow) => PostgresRow } = {},
  ) =>
    postgresSource({
      pool,
      query: ({ subject, after, limit }) => ({ text: page, values: [subject.id, after, limit] }),
      cursor,
      count: ({ subject }) => ({ text: count, values: [subject.id] }),
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(map === undefined ? {} : { map }),
    });

  return [
    defineDataset({
      name: "account",
      title: "Account",
      description: "Your account: who you are to us and how you set it up.",
      schema: accountSchema,
      privacy: privacy.account,
      subjectField: "/accountId",
      primaryKey: ["/accountId"],
      timeField: "/createdAt",
      source: source(queries.account, { cursor: "accountId", map: absentWhenNull("riskScore") }),
    }),
    defineDataset({
      name: "organizations",
      title: "Organizations",
      description: "The organizations you belong to, your role there, and since when.",
      schema: organizationMembershipSchema,
      privacy: privacy.account,
      subjectField: "/accountId",
      primaryKey: ["/accountId", "/organizationId"],
      foreignKeys: [{ fields: ["/accountId"], dataset: "account", references: ["/accountId"] }],
      timeField: "/joinedAt",
      source: source(queries.organizations, { cursor: "organizationId" }),
    }),
    defineDataset({
      name: "billing-profile",
      title: "Billing profile",
      description: "Whom we send invoices to, and where.",
      schema: billingProfileSchema,
      privacy: privacy.billing,
      subjectField: "/accountId",
      primaryKey: ["/id"],
      timeField: "/createdAt",
      source: source(queries.billingProfile),
    }),
    defineDataset({
      name: "payment-methods",
      title: "Payment methods",
      description:
        "The cards you pay with: the brand, the last four digits and the expiry date. The number is not ours to hold.",
      schema: paymentMethodSchema,
      privacy: privacy.billing,
      subjectField: "/accountId",
      primaryKey: ["/id"],
      timeField: "/addedAt",
      source: source(queries.paymentMethods),
    }),
    defineDataset({
      name: "invoices",
      title: "Invoices",
      description: "Every invoice we sent you, line by line.",
      schema: invoiceSchema,
      privacy: privacy.billing,
      subjectField: "/accountId",
      primaryKey: ["/id"],
      timeField: "/issuedAt",
      source: source(queries.invoices),
    }),
    defineDataset({
      name: "support-tickets",
      title: "Support tickets",
      description: "The questions and problems you brought to our support team.",
      schema: supportTicketSchema,
      privacy: privacy.support,
      subjectField: "/accountId",
      primaryKey: ["/id"],
      timeField: "/createdAt",
      source: source(queries.supportTickets, { map: absentWhenNull("satisfactionRating") }),
    }),
    defineDataset({
      name: "support-messages",
      title: "Support messages",
      description: "Every message on those tickets, yours and our team's.",
      schema: supportMessageSchema,
      privacy: privacy.support,
      subjectField: "/accountId",
      primaryKey: ["/id"],
      foreignKeys: [{ fields: ["/ticketId"], dataset: "support-tickets", references: ["/id"] }],
      timeField: "/sentAt",
      source: source(queries.supportMessages, { map: absentWhenNull("attachmentsCount") }),
    }),
    defineDataset({
      name: "api-requests",
      title: "API requests",
      description: "Every request to our platform made with your account.",
      schema: apiRequestSchema,
      privacy: privacy.usage,
      subjectField: "/accountId",
      primaryKey: ["/id"],
      timeField: "/occurredAt",
      source: source(queries.apiRequests),
    }),
    defineDataset({
      name: "sessions",
      title: "Sessions",
      description: "When and from where you were signed in; a cookie in your browser kept each session open.",
      schema: sessionSchema,
      privacy: privacy.usage,
      subjectField: "/accountId",
      primaryKey: ["/id"],
      timeField: "/createdAt",
      source: source(queries.sessions),
    }),
    defineDataset({
      name: "cookie-preferences",
      title: "Cookie preferences",
      description: "Which kinds of cookies you allowed, each time we asked.",
      schema: cookiePreferenceSchema,
      privacy: privacy.cookies,
      subjectField: "/accountId",
      primaryKey: ["/id"],
      timeField: "/chosenAt",
      source: source(queries.cookiePreferences),
    }),
    defineDataset({
      name: "consents",
      title: "Consents",
      description: "What else we asked your permission for, and your answers.",
      schema: consentSchema,
      privacy: privacy.cookies,
      subjectField: "/accountId",
      primaryKey: ["/id"],
      timeField: "/givenAt",
      source: source(queries.consents),
    }),
  ];
}

/** A database says null where the schema leaves an optional field out: CSV could not tell the two apart, so a schema has one of them. */
function absentWhenNull(field: string): (row: PostgresRow) => PostgresRow {
  return (row) => {
    if (row[field] !== null) return row;
    const { [field]: _absent, ...rest } = row;
    return rest;
  };
}
