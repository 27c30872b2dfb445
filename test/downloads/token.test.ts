import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { createDownloadToken, type DownloadKey } from "portmanteau/downloads";
import { describe, expect, it } from "vitest";
import { readDownloadToken } from "../../src/downloads/token.ts";
import { refused } from "../support/exporting.ts";

const keyOf = (id: string): DownloadKey => ({ id, secret: randomBytes(32) });
const key = keyOf("k1");
const expiresAt = new Date("2030-01-01T00:00:00Z");
const token = (more: object = {}) => createDownloadToken({ key, bundle: "b-1", subject: "ada", expiresAt, ...more });
const words = fc.string({ minLength: 1, maxLength: 200, unit: "binary" }).filter((text) => text.isWellFormed());

describe("createDownloadToken", () => {
  it("makes a token that says for which bundle, until when and for whom, and fits a URL's path", () => {
    fc.assert(
      fc.property(words, words, fc.integer({ min: 0, max: 4_000_000_000 }), (bundle, subject, seconds) => {
        const made = token({ bundle, subject, expiresAt: new Date(seconds * 1_000 + 500) });
        const read = readDownloadToken(made, [keyOf("other"), key]);
        expect(made).toMatch(/^[A-Za-z0-9_.-]+$/);
        expect(read).toMatchObject({ bundle, expiresAt: new Date(seconds * 1_000) });
        expect(read?.isFor(subject)).toBe(true);
        expect(read?.isFor(`${subject}x`)).toBe(false);
      }),
    );
  });

  it("holds neither the subject nor anything that is the same in two links of one person", () => {
    const [one, two] = [token({ subject: "ada-1815" }), token({ subject: "ada-1815", bundle: "b-2" })];
    const plain = one
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString("latin1"))
      .join();
    expect(`${one}${plain}`).not.toContain("ada");
    const [, , , ...ones] = one.split(".");
    expect(two.split(".").filter((part) => ones.includes(part))).toEqual([]);
  });

  it("refuses what cannot be", () => {
    for (const more of [
      { key: { id: "a.b", secret: randomBytes(32) } },
      { key: { id: "a", secret: randomBytes(31) } },
      { key: { id: "a", secret: "x".repeat(64) } },
      { bundle: "" },
      { bundle: "x".repeat(201) },
      { subject: "" },
      { expiresAt: new Date("never") },
    ])
      expect(refused(() => token(more)).code).toBe("CONFIG_INVALID");
  });
});

describe("a token", () => {
  it("is refused with any of its characters changed, taken away, or put in", () => {
    const made = token();
    const change = fc.tuple(
      fc.nat(made.length - 1),
      fc.constantFrom("replace", "insert", "delete"),
      fc.constantFrom(..."ABCxyz019-_.%=/+ \u0000é"),
    );
    fc.assert(
      fc.property(change, ([at, how, sign]) => {
        const tail = made.slice(how === "insert" ? at : at + 1);
        const changed = `${made.slice(0, at)}${how === "delete" ? "" : sign}${tail}`;
        fc.pre(changed !== made);
        expect(readDownloadToken(changed, [key])).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it("is refused when its parts come from two", () => {
    const parts = [token(), token({ bundle: "b-2" }), token({ subject: "bob" }), token({ expiresAt: new Date(4e12) })];
    const split = parts.map((made) => made.split("."));
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }), (from) => {
        const mixed = from.map((which, part) => split[which]?.[part]).join(".");
        expect(readDownloadToken(mixed, [key]) !== undefined).toBe(parts.includes(mixed));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is refused when another key signed it, also one of the same id", () => {
    expect(readDownloadToken(token(), [keyOf("k1"), keyOf("k2")])).toBeUndefined();
    expect(readDownloadToken(token({ key: keyOf("k2") }), [key])).toBeUndefined();
  });

  it("is refused whatever else it is", () => {
    for (const junk of ["", ".", "....", "k1....", "x".repeat(100_000), `${token()}.`, `${token()}=`])
      expect(readDownloadToken(junk, [key])).toBeUndefined();
    fc.assert(fc.property(fc.string(), (junk) => readDownloadToken(junk, [key]) === undefined));
  });
});
