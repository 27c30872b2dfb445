/** Ready-made record schemas, and the types of their records as they leave, for the categories that every online service has. */

import account from "../schemas/records/account.schema.json" with { type: "json" };
import apiRequest from "../schemas/records/api-request.schema.json" with { type: "json" };
import billingProfile from "../schemas/records/billing-profile.schema.json" with { type: "json" };
import consent from "../schemas/records/consent.schema.json" with { type: "json" };
import cookiePreference from "../schemas/records/cookie-preference.schema.json" with { type: "json" };
import invoice from "../schemas/records/invoice.schema.json" with { type: "json" };
import organizationMembership from "../schemas/records/organization-membership.schema.json" with { type: "json" };
import paymentMethod from "../schemas/records/payment-method.schema.json" with { type: "json" };
import session from "../schemas/records/session.schema.json" with { type: "json" };
import storedFile from "../schemas/records/stored-file.schema.json" with { type: "json" };
import supportMessage from "../schemas/records/support-message.schema.json" with { type: "json" };
import supportTicket from "../schemas/records/support-ticket.schema.json" with { type: "json" };
import type { RecordSchema } from "./model/record-schema.ts";

export type { Account } from "./model/generated/records/account.ts";
export type { ApiRequest } from "./model/generated/records/api-request.ts";
export type { BillingProfile } from "./model/generated/records/billing-profile.ts";
export type { Consent } from "./model/generated/records/consent.ts";
export type { CookiePreference } from "./model/generated/records/cookie-preference.ts";
export type { Invoice } from "./model/generated/records/invoice.ts";
export type { OrganizationMembership } from "./model/generated/records/organization-membership.ts";
export type { PaymentMethod } from "./model/generated/records/payment-method.ts";
export type { Session } from "./model/generated/records/session.ts";
export type { StoredFile } from "./model/generated/records/stored-file.ts";
export type { SupportMessage } from "./model/generated/records/support-message.ts";
export type { SupportTicket } from "./model/generated/records/support-ticket.ts";

/** Records of an account: who the person is to you, and how they set it up. */
export const accountSchema: RecordSchema = account;
/** Lines of a usage log: one request to an API each. */
export const apiRequestSchema: RecordSchema = apiRequest;
/** Whom invoices go to, and where. */
export const billingProfileSchema: RecordSchema = billingProfile;
/** What a person agreed to, and when they took it back. */
export const consentSchema: RecordSchema = consent;
/** What a person chose about cookies. */
export const cookiePreferenceSchema: RecordSchema = cookiePreference;
/** Invoices with their lines; amounts of money are text. */
export const invoiceSchema: RecordSchema = invoice;
/** The organizations a person belongs to, and their role there. */
export const organizationMembershipSchema: RecordSchema = organizationMembership;
/** Cards and accounts a person pays with, without their numbers. */
export const paymentMethodSchema: RecordSchema = paymentMethod;
/** Sessions of a person: when, and from which device. */
export const sessionSchema: RecordSchema = session;
/** Files that belong to a person, each with its name, size and digest. */
export const storedFileSchema: RecordSchema = storedFile;
/** Messages of a support ticket. */
export const supportMessageSchema: RecordSchema = supportMessage;
/** Support tickets, without their messages. */
export const supportTicketSchema: RecordSchema = supportTicket;
