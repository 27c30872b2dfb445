import { describe, expect, it } from "vitest";
import { countryWords } from "../../src/bundle/page/countries.ts";
import {
  dateWords,
  durationWords,
  numberWords,
  periodWords,
  shortTime,
  sizeWords,
  timeWords,
} from "../../src/bundle/page/figures.ts";
import { basisWords, nameWords, pointerWords, termWords } from "../../src/bundle/page/words.ts";

describe("the words of the page", () => {
  it("says numbers, sizes and times the same on every machine", () => {
    expect([0, 999, 1_000, 1_234_567].map(numberWords)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect([1, 999, 1_000, 12_345, 999_499, 999_500, 1_600_000, 5e12].map(sizeWords)).toEqual([
      "1 byte",
      "999 bytes",
      "1.0 kB",
      "12 kB",
      "999 kB",
      "1.0 MB",
      "1.6 MB",
      "5.0 TB",
    ]);
    expect(dateWords("2026-11-21")).toBe("21 November 2026");
    expect(dateWords("2026-11-21T23:30:00-02:00")).toBe("22 November 2026");
    expect(timeWords("2026-11-21T09:05:59.999Z")).toBe("21 November 2026, 09:05 UTC");
    expect(periodWords({ from: "2026-01-01T00:00:00Z", to: "2026-01-01T12:00:00Z" })).toBe("1 January 2026");
    for (const other of ["2026-13-01", "2026-02-00", "2026-11-21T25:00:00Z", "12:30", "20261121", ""]) {
      expect(shortTime(other), other).toBeUndefined();
      expect(dateWords(other)).toBe(other);
    }
    expect(["P10Y", "P1Y6M", "PT30M", "P1MT1M", "P2W", "PT0S"].map(durationWords)).toEqual([
      "10 years",
      "1 year, 6 months",
      "30 minutes",
      "1 month, 1 minute",
      "2 weeks",
      "0 seconds",
    ]);
  });

  it("says names and codes as words, and leaves what it does not know", () => {
    expect(["dpv:PaymentManagement", "https://w3id.org/dpv#IPAddress", "pd:UID", "x:"].map(termWords)).toEqual([
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
    expect(["/a/*/bC", "", "/x~1y", "no pointer"].map(pointerWords)).toEqual([
      "A › B c",
      "The whole record",
      "x/y",
      "no pointer",
    ]);
    expect(basisWords("eu-gdpr:A9-2-a")).toBe(
      "You agreed to it explicitly (consent to sensitive data) (GDPR, Article 9(2)(a))",
    );
    expect(basisWords("https://w3id.org/dpv/legal/eu/gdpr#A6-1-f")).toContain("legitimate interest");
    for (const other of ["eu-gdpr:A6-2-a", "eu-gdpr:A6-1-j", "eu-gdpr:A66-1-a", "constructor"])
      expect(basisWords(other)).toBe(other);
    expect(["IE", "CI", "XK", "ZZ"].map(countryWords)).toEqual(["Ireland", "Ivory Coast", "Kosovo", "ZZ"]);
  });
});
