import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entryPath } from "../../src/model/entry-path.ts";
import { foldedName, safeFileName } from "../../src/model/file-name.ts";

const names: readonly (readonly [what: string, name: string, safe: string])[] = [
  ["an ordinary name", "Invoice 2025-03 (final).pdf", "Invoice 2025-03 (final).pdf"],
  ["letters of every script", "履歴書 – Jürgen, סיכום.pdf", "履歴書 _ Jürgen, סיכום.pdf"],
  ["marks that are stored apart", "Ju\u0308rgen.pdf", "J\u00fcrgen.pdf"],
  ["folders", "2024/summer\\a.jpg", "2024_summer_a.jpg"],
  ["a way out of the folder", "../../etc/passwd", "__.._etc_passwd"],
  ["an absolute path", "/etc/passwd", "_etc_passwd"],
  ["a drive", "C:\\x.txt", "C__x.txt"],
  ["control and direction characters", "a\0\u001b\u202Egpj.exe\n", "a___gpj.exe_"],
  ["what a shell reads", "$(rm -rf ~); *?.txt", "_(rm -rf _)_ __.txt"],
  ["a switch", "-rf", "_rf"],
  ["a hidden file", ".env", "_env"],
  ["dots and spaces at the end", "a. . .", "a"],
  ["nothing", "", "_"],
  ["dots alone", "..", "_"],
  ["a device", "con", "_con"],
  ["a device with an ending", "Aux.tar.gz", "_Aux.tar.gz"],
  ["a device with a space", "com1 .txt", "_com1 .txt"],
  ["a device with a superscript digit", "LPT¹", "LPT_"],
  ["a mark without its letter", "\u0301a", "_\u0301a"],
  ["half a character", "a\ud800.txt", "a_.txt"],
];

describe("a safe file name", () => {
  for (const [what, name, safe] of names)
    it(`is made of ${what}`, () => {
      expect(safeFileName(name)).toBe(safe);
      expect(entryPath(`files/notes/${safe}`)).toBe(`files/notes/${safe}`);
    });

  it("is cut between characters, with its ending and its suffix kept", () => {
    expect(safeFileName(`${"a".repeat(300)}.pdf`)).toBe(`${"a".repeat(146)}.pdf`);
    expect(safeFileName(`${"履".repeat(300)}.pdf`, " (2)")).toBe(`${"履".repeat(47)} (2).pdf`);
    expect(safeFileName(`a.${"b".repeat(300)}`)).toBe(`a.${"b".repeat(148)}`);
    expect(safeFileName("a.tar.gz", " (12)")).toBe("a.tar (12).gz");
  });

  it("is its own safe name, in NFC, short and an entry's name, whatever it was made of", () => {
    const suffix = fc.constantFrom("", " (2)");
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), suffix, (name, end) => {
        const safe = safeFileName(name, end);
        expect(safeFileName(safe)).toBe(safe);
        expect(safe.normalize("NFC")).toBe(safe);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(150);
        expect(entryPath(`files/notes/${safe}`)).toBe(`files/notes/${safe}`);
      }),
      { numRuns: 500 },
    );
  });

  it("folds to the same as those that some file system takes for it", () => {
    expect(foldedName("STRASSE")).toBe(foldedName("straße"));
    expect(foldedName("Ju\u0308rgen")).toBe(foldedName("J\u00dcRGEN"));
    expect(foldedName("a")).not.toBe(foldedName("b"));
  });
});

describe("an entry path", () => {
  it("has letters of every script in files/DATASET/NAME and nowhere else", () => {
    expect(entryPath("files/notes/履歴書.pdf")).toBe("files/notes/履歴書.pdf");
    for (const path of [
      "履歴書.pdf",
      "data/notes/履.json",
      "files/履",
      "files/a/b/履",
      "files/a/履\u202E",
      "files/a/con",
    ])
      expect(() => entryPath(path), path).toThrow("cannot be an entry path");
  });
});
