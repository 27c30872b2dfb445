import { type Column, isWhole } from "./facts.ts";
import { singular, words } from "./names.ts";

/** What names say of columns and tables: guesses, every one of them. */

const secretWords = new Set([
  ...[
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "hash",
    "hashed",
    "digest",
    "token",
    "secret",
    "salt",
    "otp",
  ],
  ...[
    "totp",
    "pin",
    "cvv",
    "cvc",
    "credential",
    "credentials",
    "apikey",
    "crypted",
    "nonce",
    "mfa",
    "pass",
    "recoverycodes",
  ],
  ...["sessid", "signature"],
]);
const secretPairs =
  /\b(?:(?:api|access|private|secret|encryption|signing|activation|reset|verification|license|auth) (?:key|code|codes)|(?:recovery|backup|security|confirmation) codes?|pass (?:hash|word)|session (?:id|key|data)|crypted \w+|two factor \w*)\b/;

/** Whether what stands in a column opens a door: a password, its hash, a token. Times and counts of them do not. */
export function looksSecret(column: Column): boolean {
  const { name, schema } = column;
  const its = words(name);
  const { type, format } = schema;
  if (type === "boolean" || format !== undefined || its.at(-1) === "at" || its.at(-1) === "on") return false;
  if (/^(?:count|total|number|used|limit|expires|expiry|date|time|type|algorithm|version|hint)$/.test(its.at(-1) ?? ""))
    return false;
  const isNumber = isWhole(schema) || type === "number";
  if (isNumber) return its.some((word) => ["otp", "pin", "cvv", "cvc", "password"].includes(word));
  return (
    its.some((word) => secretWords.has(word) || secretWords.has(singular(word))) || secretPairs.test(its.join(" "))
  );
}

const otherWords = new Set([
  ...[
    "assignee",
    "assigned",
    "assigner",
    "approver",
    "approved",
    "reviewer",
    "reviewed",
    "moderator",
    "moderated",
    "agent",
  ],
  ...[
    "referrer",
    "referer",
    "referred",
    "inviter",
    "invited",
    "invitee",
    "manager",
    "supervisor",
    "recipient",
    "receiver",
  ],
  ...[
    "target",
    "admin",
    "staff",
    "employee",
    "support",
    "rep",
    "salesperson",
    "editor",
    "edited",
    "modified",
    "updated",
  ],
  ...[
    "updater",
    "deleted",
    "deleter",
    "locked",
    "banned",
    "suspended",
    "blocked",
    "blocker",
    "closed",
    "resolved",
    "processed",
  ],
  ...[
    "verified",
    "granted",
    "issued",
    "created",
    "creator",
    "followed",
    "followee",
    "friend",
    "sponsor",
    "parent",
    "impersonator",
  ],
  ...[
    "operator",
    "handler",
    "handled",
    "confirmed",
    "canceled",
    "cancelled",
    "actioned",
    "flagged",
    "reported",
    "mentor",
  ],
  ...["contacted", "sent", "whodunnit", "actor", "initiator"],
]);

/** Whether a reference by these columns is to somebody who acts on the row, and not to the one whom it is about. */
export function looksLikeOther(columns: readonly string[]): boolean {
  return columns.some((name) => words(name).some((word) => otherWords.has(word)));
}

/** Whether a column may name another person although no foreign key says so: `created_by`, `assignee_email`. */
export function mayNameOther({ name, schema }: Column): boolean {
  if (schema.format !== undefined || schema.enum !== undefined) return false;
  if (schema.type !== "string" && !isWhole(schema)) return false;
  const its = words(name);
  if (!its.some((word) => otherWords.has(word))) return false;
  return (
    /^(?:by|email|mail|name|id|phone|user|login|username|assignee|assigner|approver|reviewer|moderator|agent|referrer|inviter|invitee|manager|supervisor|recipient|creator|editor|updater)$/.test(
      its.at(-1) ?? "",
    ) && !(its.at(-1) === "id" && /^(?:parent|target|support|sent)$/.test(its.at(-2) ?? ""))
  );
}

const personWords = new Map([
  ...Object.entries({ user: 100, customer: 95, member: 85, person: 80, student: 85, patient: 90, subscriber: 70 }),
  ...Object.entries({ account: 70, client: 75, player: 70, participant: 70, donor: 70, guest: 45, contact: 55 }),
  ...Object.entries({ partner: 60, profile: 40, employee: 45, author: 50, passenger: 70, borrower: 70, reader: 50 }),
  ...Object.entries({
    applicant: 65,
    candidate: 60,
    visitor: 40,
    buyer: 70,
    shopper: 75,
    tenant: 30,
    staff: 35,
    resident: 70,
  }),
  ...Object.entries({
    identity: 40,
    consumer: 75,
    learner: 80,
    driver: 60,
    rider: 65,
    voter: 70,
    attendee: 65,
    individual: 70,
  }),
]);

/** How much a table's name says that its rows are people: 0 to 100. */
export function personScore(itsWords: readonly string[]): number {
  const last = singular(itsWords.at(-1) ?? "");
  const score = personWords.get(last) ?? 0;
  return itsWords.length === 1 ? score : score * 0.8;
}

/** Whether a column is about a person: how to reach them, what they are called. */
export function personalKind({ name }: Column): "email" | "personal" | undefined {
  const its = words(name).join(" ");
  if (/\be ?mail\b/.test(its)) return "email";
  return /\b(?:phone|mobile|(?:first|last|full|given|family|sur|middle|nick|display|user) ?name|firstname|lastname|surname|username|login|birth|birthday|birthdate|dob|gender|ssn|iban|street|address ?\d?|zip|postcode|postal|city|ip)\b/.test(
    its,
  )
    ? "personal"
    : undefined;
}
