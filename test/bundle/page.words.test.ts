import { describe, expect, it } from "vitest";
import { languageOf } from "../../src/bundle/page/language.ts";
import { nameWords, pointerWords } from "../../src/bundle/page/names.ts";
import { de } from "../../src/bundle/page/words/de/index.ts";
import { en } from "../../src/bundle/page/words/en/index.ts";
import { es } from "../../src/bundle/page/words/es/index.ts";
import { fr } from "../../src/bundle/page/words/fr/index.ts";
import { it as italian } from "../../src/bundle/page/words/it/index.ts";
import { locales } from "../../src/model/locale.ts";

const english = languageOf("en");

describe("the words of the page", () => {
  it("says numbers, sizes and times the same on every machine", () => {
    expect([0, 999, 1_000, 1_234_567].map(english.number)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect([1, 999, 1_000, 12_345, 999_499, 999_500, 1_600_000, 5e12].map(english.size)).toEqual([
      "1 byte",
      "999 bytes",
      "1.0 kB",
      "12 kB",
      "999 kB",
      "1.0 MB",
      "1.6 MB",
      "5.0 TB",
    ]);
    expect(english.date("2026-11-21")).toBe("21 November 2026");
    expect(english.date("2026-11-21T23:30:00-02:00")).toBe("22 November 2026");
    expect(english.time("2026-11-21T09:05:59.999Z")).toBe("21 November 2026, 09:05 UTC");
    expect(english.period({ from: "2026-01-01T00:00:00Z", to: "2026-01-01T12:00:00Z" })).toBe("1 January 2026");
    for (const other of ["2026-13-01", "2026-02-00", "2026-11-21T25:00:00Z", "12:30", "20261121", ""]) {
      expect(english.shortTime(other), other).toBeUndefined();
      expect(english.date(other)).toBe(other);
    }
    expect(["P10Y", "P1Y6M", "PT30M", "P1MT1M", "P2W", "PT0S"].map(english.duration)).toEqual([
      "10 years",
      "1 year, 6 months",
      "30 minutes",
      "1 month, 1 minute",
      "2 weeks",
      "0 seconds",
    ]);
  });

  it("says names and codes as words, and leaves what it does not know", () => {
    expect(["dpv:PaymentManagement", "https://w3id.org/dpv#IPAddress", "pd:UID", "x:"].map(english.term)).toEqual([
      "Payment management",
      "IP address",
      "Unique identifier",
      "x:",
    ]);
    expect(["unitPrice", "ip_address", "HTTPServer", "userIds", "Zoë", "a b", "__"].map(nameWords)).toEqual([
      "Unit price",
      "IP address",
      "HTTP server",
      "User ids",
      "Zoë",
      "a b",
      "__",
    ]);
    expect(["/a/*/bC", "", "/x~1y", "no pointer"].map((each) => pointerWords(each, "The whole record"))).toEqual([
      "A › B c",
      "The whole record",
      "x/y",
      "no pointer",
    ]);
    expect(english.basis("eu-gdpr:A9-2-a")).toBe(
      "You agreed to it explicitly (consent to sensitive data) (GDPR, Article 9(2)(a))",
    );
    expect(english.basis("https://w3id.org/dpv/legal/eu/gdpr#A6-1-f")).toContain("legitimate interest");
    for (const other of ["eu-gdpr:A6-2-a", "eu-gdpr:A6-1-j", "eu-gdpr:A66-1-a", "constructor"])
      expect(english.basis(other)).toBe(other);
    expect(["IE", "CI", "XK", "ZZ"].map(english.country)).toEqual(["Ireland", "Ivory Coast", "Kosovo", "ZZ"]);
  });

  it("writes numbers, sizes and dates as each language does, whatever the machine's own data of it", () => {
    const said = (locale: (typeof locales)[number]) => {
      const { number, plainNumber, size, date, shortTime, month, period, duration } = languageOf(locale);
      return [
        number(1_234_567),
        number(2_000),
        plainNumber(1234.5),
        size(1_600_000),
        date("2026-03-01"),
        shortTime("2026-03-01T09:05:00Z"),
        month("2026-08"),
        period({ from: "2026-01-01T00:00:00Z", to: "2026-05-02T00:00:00Z" }),
        duration("P1Y6M"),
      ];
    };
    const german =
      "1.234.567|2.000|1234,5|1,6 MB|1. März 2026|1. März 2026, 09:05|Aug. 2026|1. Januar 2026 bis 2. Mai 2026|1 Jahr, 6 Monate";
    expect(said("de").join("|")).toBe(german);
    expect(said("fr").join("|")).toBe(
      "1\u202F234\u202F567|2\u202F000|1234,5|1,6 Mo|1er mars 2026|1 mars 2026, 09:05|août 2026|du 1er janvier 2026 au 2 mai 2026|1 an, 6 mois",
    );
    expect(said("es").join("|")).toBe(
      "1\u00A0234\u00A0567|2000|1234,5|1,6 MB|1 de marzo de 2026|1 mar 2026, 09:05|ago 2026|del 1 de enero de 2026 al 2 de mayo de 2026|1 año, 6 meses",
    );
    expect(said("it").join("|")).toBe(
      "1.234.567|2.000|1234,5|1,6 MB|1 marzo 2026|1 mar 2026, 09:05|ago 2026|1 gennaio 2026 – 2 maggio 2026|1 anno, 6 mesi",
    );
  });

  it("knows the country, the term and the law in each language", () => {
    const said = locales.map((locale) => {
      const { country, term, basis } = languageOf(locale);
      return [country("DE"), term("dpv:PaymentManagement"), basis("eu-gdpr:A6-1-a")].join("|");
    });
    expect(said).toEqual([
      "Germany|Payment management|You agreed to it (consent) (GDPR, Article 6(1)(a))",
      "Deutschland|Zahlungsabwicklung|Sie haben zugestimmt (Einwilligung) (DSGVO, Artikel 6 Absatz 1 Buchstabe a)",
      "Allemagne|Gestion des paiements|Vous l’avez accepté (consentement) (RGPD, article 6, paragraphe 1, point a)",
      "Alemania|Gestión de pagos|Usted lo aceptó (consentimiento) (RGPD, artículo 6, apartado 1, letra a)",
      "Germania|Gestione dei pagamenti|Lei ha acconsentito (consenso) (GDPR, articolo 6, paragrafo 1, lettera a)",
    ]);
    for (const locale of locales) {
      expect(languageOf(locale).term("constructor")).toBe("Constructor");
      expect(languageOf(locale).country("ZZ")).toBe("ZZ");
      for (const code of ["AD", "ME", "ZW"]) expect(languageOf(locale).country(code)).not.toBe(code);
    }
  });

  it.each(Object.entries({ de, fr, es, it: italian }))("leaves no English over: %s", (_, words) => {
    // Words that really are the same.
    const same = new Set([
      ...["Contact", "Name", "Text", "Fideslang", "number", "kB", "MB", "GB", "TB", "no", "Contacto"],
      ...["Marketing", "Part", "April", "August", "September", "November", "File"],
    ]);
    const compared = (one: unknown, other: unknown, path: string): string[] => {
      if (typeof one === "string") {
        const isSame = one === other && /[a-z]{2}/.test(one) && !same.has(one);
        return typeof other === "string" && other !== "" && !isSame ? [] : [`${path}: ${other}`];
      }
      if (typeof one === "function") return typeof other === "function" ? [] : [path];
      const [mine, others] = [Object.entries(one as object), other as Record<string, unknown>];
      const missing = mine.length === Object.keys(others).length ? [] : [`${path} has another length`];
      return [...missing, ...mine.flatMap(([key, value]) => compared(value, others[key], `${path}/${key}`))];
    };
    expect(compared(en, words, "").filter((each) => !/^\/formats\/(short)?[mM]onths\//.test(each))).toEqual([]);
  });
});
