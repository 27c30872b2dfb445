import type { Manifest } from "../../../model/generated/manifest.ts";
import type { Outcome } from "../../../model/outcome.ts";
import { type Html, html, joined } from "../html.ts";

/** How a language writes numbers, dates and sizes. Our own small tables: `Intl` differs from one ICU build to the next. */
export interface Formats {
  readonly number: (value: number) => string;
  /** Stands before the decimals of a number. */
  readonly decimal: string;
  readonly months: readonly string[];
  readonly shortMonths: readonly string[];
  readonly day: (day: number, month: string, year: string) => string;
  /** The same with a short month, for a narrow cell. */
  readonly shortDay: (day: number, month: string, year: string) => string;
  /** So many single bytes. */
  readonly bytes: (value: number) => string;
  /** Thousands of bytes, millions and so on. */
  readonly sizes: readonly string[];
  readonly span: (from: string, to: string) => string;
  readonly durations: Readonly<Record<"Y" | "M" | "W" | "D" | "H" | "m" | "S", (value: number) => string>>;
}

type LeftOutReason = Manifest["withheld"][number]["reason"] | Manifest["excluded"][number]["reason"];
type Letter = "a" | "b" | "c" | "d" | "e" | "f";

/** What the codes of the manifest say in words. */
export interface Codes {
  readonly requests: Readonly<Record<Manifest["request"]["type"], string>>;
  readonly regulations: Readonly<Record<"gdpr" | "ccpa", string>>;
  readonly consistencies: Readonly<Record<Manifest["consistency"], string>>;
  readonly scopes: Readonly<Record<NonNullable<Manifest["portabilityScope"]> | "all", string>>;
  /** What allows the use: articles 6(1) and 9(2) of the GDPR by letter. */
  readonly bases: Readonly<Record<`6-1-${Letter}` | `9-2-${Letter | "g" | "h" | "i" | "j"}`, string>>;
  readonly origins: Readonly<Record<Manifest["categories"][number]["origin"], string>>;
  /** The outcome in one or two words, for a table. */
  readonly outcomes: Readonly<Record<Outcome, string>>;
  /** Why a field, a dataset or a category is not given. */
  readonly leftOut: Readonly<Record<LeftOutReason, string>>;
  /** Kinds of identity, in OpenDSR's names. */
  readonly identities: Readonly<Record<"email" | "phone" | "controller_customer_id", string>>;
  readonly types: Readonly<Record<"string" | "integer" | "number" | "boolean" | "json", string>>;
}

/** `1234567` with something between its thousands, in numbers of at least so many digits. */
export function grouped(value: number, separator: string, leastDigits = 4): string {
  const digits = String(value);
  return digits.length < leastDigits ? digits : digits.replace(/\B(?=(\d{3})+$)/g, separator);
}

/** Names in a row, the last one after its own word: `a, b and c`. */
export function inRow(names: readonly Html[], and: string): Html {
  const [final, ...before] = names.toReversed();
  return html`${before.length > 0 && html`${joined(before.toReversed(), ", ")}${and}`}${final}`;
}
