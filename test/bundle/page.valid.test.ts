import { HtmlValidate } from "html-validate";
import { describe, expect, it } from "vitest";
import { pageBranding, renderPage } from "../../src/bundle/page/index.ts";
import { locales } from "../../src/model/locale.ts";
import { hostileInput, pageInput } from "./page-input.ts";

const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    "doctype-style": "off", // in lower case, as everything else
    "no-redundant-role": "off", // a table that a phone lays out as blocks keeps its roles only when they are said
    "aria-label-misuse": "off", // a list may have a name
  },
});

async function findingsIn(page: string): Promise<string[]> {
  const { results } = await validator.validateString(page);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, line, message }) => `${ruleId} in line ${line}: ${message}`),
  );
}

describe("the page as HTML", () => {
  it.each(locales)("is valid: %s", async (locale) => {
    const { request } = pageInput().manifest;
    expect(await findingsIn(renderPage(pageInput({ request: { ...request, locale } })))).toEqual([]);
  });

  it("is valid with hostile texts, in one zip of several, and in the controller's looks", async () => {
    const part = { number: 2, last: false, count: 3, previous: "0".repeat(64) };
    const logo = { bytes: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'></svg>"), alt: "A bag" };
    const branding = pageBranding({ colour: "#0a7", name: "Northwind", logo });
    expect(await findingsIn(renderPage(hostileInput()))).toEqual([]);
    expect(await findingsIn(renderPage({ ...pageInput({ part }), branding }))).toEqual([]);
  });

  it("is judged at all", async () => {
    expect(await findingsIn(renderPage(pageInput()).replace("</main>", ""))).not.toEqual([]);
  });
});
