import type { Manifest } from "./generated/manifest.ts";
import type { LeftOutReason } from "./privacy.ts";

/** The organisation that answers the request. */
export type Controller = Manifest["controller"];
/** Somebody who receives the data. */
export type Recipient = Manifest["recipients"][number];
/** One right of the data subject, in plain words. */
export type Right = Manifest["rights"][number];
/** The supervisory authority, and how to reach it. */
export type Complaint = NonNullable<Manifest["complaint"]>;
/** A decision made by automated means: its name, its logic, and what follows for the person. */
export type AutomatedDecision = Manifest["automatedDecisions"][number];

/** Words for a category that datasets name by id. */
export interface Category {
  /** What datasets name in `privacy.category`. */
  readonly id: string;
  /** For people: `"Billing information"`. */
  readonly title: string;
  /** What it is, in plain words. */
  readonly description?: string;
}

/** Something that the controller leaves out on purpose, and says so. */
export interface Exclusion {
  /** In plain words: `"Content you host on the platform"`. */
  readonly what: string;
  /** Why, as the manifest says it. */
  readonly reason: Extract<LeftOutReason, "processor" | "third-party-rights" | "declared">;
  /** Where the law says so, e.g. `"GDPR 28"`. */
  readonly basis?: string;
  /** The reason in plain words. */
  readonly description?: string;
  /** Whom to ask instead. */
  readonly contact?: string;
}

/** The rights that GDPR 15(1)(e) asks to be told, in plain words. */
export const gdprRights: readonly Right[] = [
  {
    name: "Access",
    basis: "GDPR 15",
    description: "You may ask what is held about you and get a copy. This file is the answer.",
  },
  {
    name: "Rectification",
    basis: "GDPR 16",
    description: "You may have wrong data corrected and incomplete data completed.",
  },
  {
    name: "Erasure",
    basis: "GDPR 17",
    description: "You may have your data deleted, unless a law demands that it is kept.",
  },
  {
    name: "Restriction",
    basis: "GDPR 18",
    description: "You may ask that your data is kept but not used, for instance while a dispute is open.",
  },
  {
    name: "Portability",
    basis: "GDPR 20",
    description: "You may take the data you provided to another service, in a form that machines read.",
  },
  {
    name: "Objection",
    basis: "GDPR 21",
    description:
      "You may object to uses of your data that rest on legitimate interests, and to direct marketing at any time.",
  },
  {
    name: "Human review",
    basis: "GDPR 22",
    description: "You need not accept a decision that a machine alone made and that weighs heavily on you.",
  },
];
