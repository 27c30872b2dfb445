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
