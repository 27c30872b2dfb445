import type { Manifest } from "../../model/generated/manifest.ts";
import type { Locale } from "../../model/locale.ts";
import { countries } from "./countries/index.ts";
import { type Figures, figuresIn } from "./figures.ts";
import { nameWords } from "./names.ts";
import { de } from "./words/de/index.ts";
import { en, type Words } from "./words/en/index.ts";
import { es } from "./words/es/index.ts";
import { fr } from "./words/fr/index.ts";
import { it } from "./words/it/index.ts";
import { terms } from "./words/terms.ts";

/** One language of the page: its words, its figures, and what codes say in it. */
export interface Language extends Figures {
  readonly locale: Locale;
  readonly words: Words;
  /** `IE` → `Ireland`; an unknown code stays as it is. */
  readonly country: (code: string) => string;
  /** `dpv:PaymentManagement` → `Payment management`, `pd:IPAddress` → `IP address`. A term that is unknown says its English name. */
  readonly term: (iri: string) => string;
  /** `eu-gdpr:A6-1-b` → `We need it for our contract with you (GDPR, Article 6(1)(b))`; an unknown basis stays as it is. */
  readonly basis: (legalBasis: string) => string;
  readonly regulation: (regulation: string) => string;
  readonly identity: (type: string) => string;
  readonly retention: (retention: Manifest["categories"][number]["retention"]) => string;
}

const wordsOf: Readonly<Record<Locale, Words>> = { en, de, fr, es, it };
const made = new Map<Locale, Language>();

/** @param locale nothing for English */
export function languageOf(locale: Locale = "en"): Language {
  let language = made.get(locale);
  if (language === undefined) {
    language = languageIn(locale, wordsOf[locale]);
    made.set(locale, language);
  }
  return language;
}

function languageIn(locale: Locale, words: Words): Language {
  const figures = figuresIn(words.formats);
  const names = new Map(countries[locale].split("|").map((entry) => [entry.slice(0, 2), entry.slice(3)]));
  const { bases, regulations, identities } = words.codes;
  return {
    ...figures,
    locale,
    words,
    country: (code) => names.get(code) ?? code,
    term(iri) {
      const name = iri.replace(/^.*[:#/]/, "") || iri;
      if (name === "UID") return words.values.uid;
      const known = locale === "en" ? undefined : own(terms, name)?.[locale];
      return known ?? nameWords(name);
    },
    basis(legalBasis) {
      const [, article = "", paragraph = "", letter = ""] = /[:#]A([69])-([12])-([a-j])(?:-|$)/.exec(legalBasis) ?? [];
      const meaning = own(bases, `${article}-${paragraph}-${letter}`);
      return meaning === undefined ? legalBasis : `${meaning} (${words.article(article, paragraph, letter)})`;
    },
    regulation: (regulation) => own(regulations, regulation.toLowerCase().replace(/^eu-/, "")) ?? regulation,
    identity: (type) => own(identities, type) ?? nameWords(type),
    retention: ({ duration, criteria }) =>
      [duration === undefined ? undefined : figures.duration(duration), criteria]
        .filter((part) => part !== undefined)
        .join(". "),
  };
}

/** What an object itself has under a name that comes from outside. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
