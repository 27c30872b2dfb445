/** What Vekora's privacy policy promises, as facts that a bundle can carry. */

import type {
  AutomatedDecision,
  Category,
  Complaint,
  Controller,
  DatasetPrivacy,
  Exclusion,
  Recipient,
  Right,
} from "portmanteau";
import { gdprRights } from "portmanteau";

const contact = "privacy@vekora.example";

export const controller: Controller = {
  name: "Vekora",
  contact,
  dpo: "dpo@vekora.example",
};

/** The Subprocessor List: who provides infrastructure, billing and support. */
export const recipients: Recipient[] = [
  { id: "stratolith", name: "Stratolith Hosting (stratolith.example)", category: "Infrastructure", country: "IE" },
  {
    id: "tallybox",
    name: "Tallybox Payments (tallybox.example)",
    category: "Billing and payment",
    country: "US",
    safeguard: "Standard contractual clauses, GDPR 46(2)(c)",
  },
  { id: "deskwell", name: "Deskwell Support (deskwell.example)", category: "Support", country: "DE" },
];

/** The five categories of the policy, in its order. */
export const categories: Category[] = [
  {
    id: "account",
    title: "Account information",
    description: "What you gave us when you signed up, and the organizations you belong to.",
  },
  {
    id: "billing",
    title: "Billing information",
    description: "Whom we bill and for what. Card numbers are with our payment provider; we never hold them.",
  },
  {
    id: "support",
    title: "Support inquiries",
    description: "What you wrote to our support team, and what they answered.",
  },
  {
    id: "usage",
    title: "Usage logs",
    description: "What our platform notes down by itself while you use it, so that it stays up and secure.",
  },
  {
    id: "cookies",
    title: "Cookies and consents",
    description: "What you chose about cookies, and what else you agreed to.",
  },
];

/** Every dataset of a category shares these facts: one object each. */
export const privacy = {
  account: {
    category: "account",
    purposes: ["dpv:ServiceProvision", "dpv:AccountManagement", "dpv:IdentityAuthentication"],
    legalBasis: "eu-gdpr:A6-1-b",
    origin: "provided",
    retention: { criteria: "As long as your account is active, then until no dispute can arise from it." },
    recipients: ["stratolith"],
  },
  billing: {
    category: "billing",
    purposes: ["dpv:PaymentManagement", "dpv:LegalCompliance"],
    legalBasis: "eu-gdpr:A6-1-b",
    origin: "provided",
    retention: { duration: "P10Y", criteria: "From the end of the year of the invoice, as tax law demands." },
    recipients: ["stratolith", "tallybox"],
  },
  support: {
    category: "support",
    purposes: ["dpv:CustomerCare", "dpv:CommunicationForCustomerCare"],
    legalBasis: "eu-gdpr:A6-1-b",
    origin: "provided",
    retention: { duration: "P3Y", criteria: "From the day the ticket is closed." },
    recipients: ["stratolith", "deskwell"],
  },
  usage: {
    category: "usage",
    purposes: ["dpv:ServiceMonitoring", "dpv:EnforceSecurity", "dpv:MisusePreventionAndDetection"],
    legalBasis: "eu-gdpr:A6-1-f",
    origin: "observed",
    retention: { duration: "P13M" },
    recipients: ["stratolith"],
  },
  cookies: {
    category: "cookies",
    purposes: ["dpv:UserInterfacePersonalisation", "dpv:ServiceUsageAnalytics"],
    legalBasis: "eu-gdpr:A6-1-a",
    origin: "provided",
    retention: { criteria: "Until you choose anew, then three years as proof of what you chose." },
    recipients: ["stratolith"],
  },
} as const satisfies Record<string, DatasetPrivacy>;

/** How to exercise each right; the policy grants them to everybody, wherever they live. */
const how: Readonly<Record<string, string>> = {
  Access: "Settings, Privacy, “Get my data”, or write to us.",
  Rectification: "Change most of it under Settings; write to us for the rest.",
  Erasure: "Settings, Privacy, “Delete my account”, or write to us.",
  Portability: "Settings, Privacy, “Take my data elsewhere”, or write to us.",
};
export const rights: Right[] = gdprRights.map((right) => ({
  ...right,
  how: how[right.name] ?? `Write to ${contact}.`,
}));

export const complaint: Complaint = {
  authority: "The data protection authority where you live or work",
  contact: "https://authority.example/complaints",
};

export const automatedDecisions: AutomatedDecision[] = [
  {
    name: "Misuse protection",
    logic:
      "A risk score between 0 and 1 is worked out from how fast an account makes requests and how many are refused.",
    consequences: "Above 0.9, new deployments wait until a member of our staff has looked at them.",
  },
];

export const excluded: Exclusion[] = [
  {
    what: "Customer Data: the code, content and databases you host on the platform",
    reason: "processor",
    basis: "GDPR 28; Data Processing Agreement",
    description:
      "We hold it on your instructions and are not its controller. You can copy it yourself at any time with the command line tool or the API.",
    contact: "The owner of the organization that hosts it; for your own organizations, support@vekora.example.",
  },
];
