import { describe, expect, it } from "vitest";
import { documentErrors } from "../../src/bundle/documents.ts";
import { contactLink, fileHref, html } from "../../src/bundle/page/html.ts";
import { renderPage } from "../../src/bundle/page/index.ts";
import { hostile } from "./page-hostile.ts";
import { hostileInput, manifest, pageInput } from "./page-input.ts";

/** Every tag of the page; a value that slipped out of its place would add one. */
function tagsOf(page: string): string[] {
  return [...new Set([...page.matchAll(/<\/?([a-z0-9!-]+)/gi)].map((match) => (match[1] ?? "").toLowerCase()))].sort();
}

/** Every attribute of the page's tags. Values hold no `>` and no quotation mark, or a tag would end early and show here. */
function attributesOf(page: string): string[] {
  const body = page.replace(/<style>[\s\S]*?<\/style>|<!doctype html>/g, "");
  const tags = [...body.matchAll(/<[a-z][a-z0-9]*([^>]*)>/gi)].map((match) =>
    (match[1] ?? "").replace(/="[^"]*"/g, ""),
  );
  return [...new Set(tags.flatMap((names) => names.split(/\s+/)).filter((name) => name !== ""))].sort();
}

const page = renderPage(pageInput());

describe("a hostile value", () => {
  const pages = { "in a record": page, "in the manifest": renderPage(hostileInput()) };
  const honest = tagsOf(page);
  const honestAttributes =
    "aria-hidden aria-label aria-labelledby charset class content d data-label data-many data-none data-one data-search data-sort datetime dir href http-equiv id lang name preserveAspectRatio rel role scope tabindex viewBox".split(
      " ",
    );

  it("is tested with a manifest that matches the schema", () => {
    expect(documentErrors("manifest", hostileInput().manifest)).toEqual([]);
  });

  it.each(Object.entries(pages))("is only text %s", (_, each) => {
    expect(tagsOf(each).filter((tag) => !honest.includes(tag))).toEqual([]);
    expect(each).not.toMatch(/<(?:img|link|iframe|object|base|form)\b/i);
    expect(each.match(/<script/g)).toHaveLength(1);
    expect(each.match(/<style>/g)).toHaveLength(1);
    expect(each.match(/<\/title>/g)).toHaveLength(1);
    expect(attributesOf(each).filter((name) => !honestAttributes.includes(name))).toEqual([]);
    expect(each).toContain("&lt;/style&gt;&lt;/title&gt;&lt;script&gt;window.ran=1&lt;/script&gt;");
    expect(each).toContain("&quot;&gt;&lt;img src=https://evil.example/x.png onerror=&quot;window.ran=1&quot;&gt;");
    expect(each).toContain("&amp;lt;b&amp;gt; &amp;amp; &amp;#60;");
  });

  it.each(Object.entries(pages))("is never an address %s", (_, each) => {
    const addresses = [...each.matchAll(/ (?:href|src)="([^"]*)"/g)].map((match) =>
      (match[1] ?? "").replaceAll("&#39;", "'"),
    );
    expect(
      addresses.filter(
        (address) => !/^(?:#[\w-]+|(?:[\w.%~!'()*-]+\/)*[\w.%~!'()*-]+|mailto:.+|https:\/\/.+)$/.test(address),
      ),
    ).toEqual([]);
  });

  it.each(Object.entries(pages))("neither breaks off nor turns around the text %s", (_, each) => {
    expect(each).not.toMatch(/[\0-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]/);
    expect(each.isWellFormed()).toBe(true);
    expect(each).toContain("a\uFFFDb\uFFFDc\uFFFDd");
    expect(each).toContain("invoice\uFFFDfdp.exe");
    expect(each).toContain(`<bdi>${hostile.rightToLeft}</bdi>`);
    expect(each).toContain(hostile.emoji);
  });

  it("cannot end an element or an attribute, whichever quotation mark it has", () => {
    expect(html`<i title='${`<>&"'`}'>${["<", false, undefined, 1, html`<b>`]}</i>`.markup).toBe(
      "<i title='&lt;&gt;&amp;&quot;&#39;'>&lt;1<b></i>",
    );
    expect(() => html`${{ markup: "<b>" } as never}`.markup).toThrow();
  });

  it("is a link only when all of it is one address", () => {
    expect(contactLink("dpo@example.org").markup).toBe('<a href="mailto:dpo@example.org">dpo@example.org</a>');
    expect(contactLink("https://example.org/a?b=c").markup).toContain('<a href="https://example.org/a?b=c"');
    for (const contact of [
      ...Object.values(hostile),
      "https://x.example/ y",
      "Write to a@b.example",
      "http://a.example",
    ]) {
      expect(contactLink(contact).markup).toMatch(/^<bdi>[^<>]*<\/bdi>$/);
    }
    expect(fileHref("files/a/b c#d?.pdf")).toBe("files/a/b%20c%23d%3F.pdf");
    expect(fileHref("javascript:alert(1)")).toBe("javascript%3Aalert(1)");
    for (const path of ["../x", "/x", "a//b", "a/../b", "."]) expect(fileHref(path), path).toBeUndefined();
  });

  it("does not blow up the page", () => {
    const columns = Array.from({ length: 40 }, (_, index) => ({ pointer: `/f${index}`, title: "T", type: "json" }));
    const record = Object.fromEntries(
      columns.map((_, index) => [`f${index}`, [{ a: hostile.lines, b: hostile.script }]]),
    );
    const datasets = pageInput().datasets.map((each) => ({ ...each, columns, preview: Array(1_000).fill(record) }));
    expect(renderPage({ manifest: manifest(), datasets }).length).toBeLessThan(600_000);
  });
});
