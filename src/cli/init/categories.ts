import { singular } from "./names.ts";

export interface CategoryGuess {
  readonly category: string;
  readonly purposes: readonly string[];
  readonly legalBasis: string;
  readonly origin: "provided" | "observed";
  readonly retention: string;
}

const contract = "eu-gdpr:A6-1-b";
const interest = "eu-gdpr:A6-1-f";
const asLong = "As long as the account exists.";

/** What a kind of table is mostly kept for. The first that a name has a word of. */
const categories: readonly (readonly [CategoryGuess, RegExp])[] = [
  [
    {
      category: "security",
      purposes: ["dpv:EnforceSecurity"],
      legalBasis: interest,
      origin: "observed",
      retention: "One year.",
    },
    /^(?:session|login|token|device|audit|credential|key|otp|identity|authentication|oauth|passkey|verification)$/,
  ],
  [
    {
      category: "billing",
      purposes: ["dpv:PaymentManagement"],
      legalBasis: contract,
      origin: "provided",
      retention: "As long as tax law demands.",
    },
    /^(?:invoice|payment|billing|bill|charge|refund|card|subscription|plan|transaction|credit|payout|tax|wallet|receipt)$/,
  ],
  [
    {
      category: "orders",
      purposes: ["dpv:ServiceProvision"],
      legalBasis: contract,
      origin: "provided",
      retention: "As long as commercial law demands.",
    },
    /^(?:order|cart|basket|purchase|shipment|shipping|delivery|return|sale|booking|reservation|rental|loan|quote|wishlist|coupon)$/,
  ],
  [
    {
      category: "support",
      purposes: ["dpv:CustomerCare"],
      legalBasis: contract,
      origin: "provided",
      retention: "Three years.",
    },
    /^(?:ticket|support|inquiry|case|conversation|feedback|complaint|chat|helpdesk)$/,
  ],
  [
    {
      category: "consents",
      purposes: ["dpv:LegalCompliance"],
      legalBasis: "eu-gdpr:A6-1-c",
      origin: "provided",
      retention: "As long as what was chosen must be proved.",
    },
    /^(?:consent|optin|newsletter|agreement|terms|gdpr)$/,
  ],
  [
    {
      category: "usage",
      purposes: ["dpv:ServiceMonitoring"],
      legalBasis: interest,
      origin: "observed",
      retention: "One year.",
    },
    /^(?:log|event|visit|view|click|activity|history|usage|stat|metric|search|access|request|impression|track|tracking)$/,
  ],
  [
    {
      category: "content",
      purposes: ["dpv:ServiceProvision"],
      legalBasis: contract,
      origin: "provided",
      retention: asLong,
    },
    /^(?:post|comment|topic|message|article|page|reply|review|rating|photo|image|file|upload|attachment|document|media|note|bookmark|like|vote|follow|reaction|draft|story|video|playlist|list|item)$/,
  ],
];
const account: CategoryGuess = {
  category: "account",
  purposes: ["dpv:AccountManagement"],
  legalBasis: contract,
  origin: "provided",
  retention: asLong,
};

/** What a table is kept for, by the words of its name. */
export function categoryOf(itsWords: readonly string[]): CategoryGuess {
  const singulars = itsWords.map(singular);
  return categories.find(([, pattern]) => singulars.some((word) => pattern.test(word)))?.[0] ?? account;
}
