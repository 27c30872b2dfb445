import { type ExportRequest, gdprRightsIn, type Locale } from "portmanteau";
import { describe, expect, it } from "vitest";
import {
  Collecting,
  controlledSource,
  entriesOf,
  exported,
  exporterOf,
  jsonAt,
  noteDataset,
  notes,
  refused,
  request,
} from "../support/exporting.ts";

const pageIn = async (locale?: Locale, asked: Partial<ExportRequest> = {}) => {
  const dataset = noteDataset("a", controlledSource(notes(3)).source);
  const config = locale === undefined ? {} : { locale };
  const { entries } = await exported([dataset], config, { request: { ...request, ...asked } });
  return {
    manifest: jsonAt(entries, "manifest.json"),
    page: entries.get("index.html")?.toString() ?? "",
  };
};

describe("the language of the page", () => {
  it("is English, and then the manifest says nothing of it", async () => {
    const { page, manifest } = await pageIn();
    expect(page).toContain('<html lang="en"');
    expect(manifest.request.locale).toBeUndefined();
  });

  it("is the configuration's, and the request's before it", async () => {
    const german = await pageIn("de");
    expect(german.page).toContain('<html lang="de"');
    const french = await pageIn("de", { locale: "fr" });
    expect(french.page).toContain('<html lang="fr"');
    expect(french.manifest.request.locale).toBe("fr");
  });

  it("is each request's own, also of one exporter, and the rights are said in it", async () => {
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(3)).source)]);
    for (const locale of ["de", "fr", "de"] as const) {
      const to = new Collecting();
      await exporter.export({ ...request, locale }, { to });
      const entries = entriesOf(to.bytes);
      expect(entries.get("index.html")?.toString()).toContain(`<html lang="${locale}"`);
      expect(jsonAt(entries, "manifest.json").rights).toEqual(gdprRightsIn(locale));
    }
  });

  it("changes the page, and the data not at all", async () => {
    const dataset = noteDataset("a", controlledSource(notes(3)).source);
    const [english, italian] = await Promise.all(
      ([undefined, "it"] as const).map((locale) =>
        exported([dataset], {}, { request: { ...request, ...(locale === undefined ? {} : { locale }) } }),
      ),
    );
    for (const path of ["data/a.json", "data/a.csv", "schemas/a.schema.json"])
      expect(italian?.entries.get(path)).toEqual(english?.entries.get(path));
    expect(italian?.entries.get("index.html")).not.toEqual(english?.entries.get("index.html"));
  });

  it("is one there is: another is refused, in the configuration and in a request", async () => {
    const dataset = noteDataset("a", controlledSource(notes(3)).source);
    expect(refused(() => exporterOf([dataset], { locale: "xx" as Locale })).code).toBe("CONFIG_INVALID");
    await expect(pageIn(undefined, { locale: "xx" as Locale })).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });
});
