import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PageInput, renderPage } from "../../src/bundle/page/index.ts";
import { accessibilityOf, executablePath, launchBrowser } from "../support/browser.ts";
import { hostileInput, pageInput } from "./page-input.ts";

const inputs: Record<string, PageInput> = {
  "the page": pageInput(),
  "a page of hostile texts": hostileInput(),
  "the page of one zip of several": {
    ...pageInput({ part: { number: 2, last: false, count: 3, previous: "0".repeat(64) } }),
    partName: (part) => `bundle.part${part}.zip`,
  },
};

describe.skipIf(executablePath === undefined)("in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-page-"));
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page from a folder, as a person does, and notes everything that it asks for or complains of. */
  async function opened(
    input: PageInput,
    options: BrowserContextOptions,
  ): Promise<{ page: Page; noted: string[]; close: () => Promise<void> }> {
    const file = join(folder, "index.html");
    writeFileSync(file, renderPage(input));
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const noted: string[] = [];
    const address = pathToFileURL(file).href;
    page.on("request", (each) => each.url() !== address && noted.push(each.url()));
    page.on("dialog", (dialog) => noted.push(dialog.message()));
    page.on("console", (message) => noted.push(message.text()));
    page.on("pageerror", (error) => noted.push(error.message));
    await page.goto(address);
    return { page, noted, close: () => context.close() };
  }

  /** `evaluate` takes text: this file is typed for Node and knows no `document`. */
  const unfold = (page: Page) =>
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");

  for (const [name, input] of Object.entries(inputs)) {
    it(`runs nothing, asks for nothing and keeps its policy: ${name}`, async () => {
      const { page, noted, close } = await opened(input, {});
      await unfold(page);
      await page.mouse.move(300, 300);
      expect(await page.evaluate("window.ran")).toBeUndefined();
      expect(noted).toEqual([]);
      expect(await page.evaluate("document.styleSheets.length")).toBe(1);
      expect(await page.evaluate("getComputedStyle(document.querySelector('header')).backgroundColor")).toBe(
        "rgb(13, 74, 82)",
      );
      await close();
    });

    for (const width of [360, 768, 1280]) {
      it(`fits a window of ${width} px: ${name}`, async () => {
        const { page, close } = await opened(input, { viewport: { width, height: 900 } });
        await unfold(page);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        await close();
      });
    }

    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of name === "the page" ? [1280, 360] : [360]) {
        it(`has no accessibility finding: ${name}, ${colorScheme}, ${width} px`, async () => {
          const options = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
          const { page, close } = await opened(input, options);
          await unfold(page);
          const { findings, passes } = await accessibilityOf(page);
          expect(findings).toEqual([]);
          expect(passes).toEqual(expect.arrayContaining(["color-contrast", "heading-order", "target-size"]));
          await close();
        });
      }
    }
  }

  it("leads to every section that it names", async () => {
    const { page, close } = await opened(pageInput(), {});
    const dead =
      "[...document.querySelectorAll('a[href^=\"#\"]')].filter((link) => !document.getElementById(link.hash.slice(1))).length";
    expect(await page.evaluate(dead)).toBe(0);
    const ids = (await page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")) as string[];
    expect(new Set(ids).size).toBe(ids.length);
    await close();
  });

  it("can be used with the keyboard: the skip link first, and each wide table by itself", async () => {
    const { page, close } = await opened(pageInput(), { viewport: { width: 360, height: 900 } });
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    const frame = page.getByRole("region", { name: "First records of Invoices" });
    await frame.focus();
    await page.keyboard.press("ArrowRight");
    // Polled from here: a predicate polled in the page would need eval, which the policy forbids.
    await expect.poll(() => page.evaluate("document.activeElement.scrollLeft")).toBeGreaterThan(0);
    await close();
  });

  it("keeps its tables tables on a phone", async () => {
    const { page, close } = await opened(pageInput(), { viewport: { width: 360, height: 900 } });
    const overview = page.getByRole("table", { name: "All kinds of record in this copy" });
    expect(await overview.getByRole("row").count()).toBe(10);
    expect(await overview.getByRole("rowheader", { name: "Invoices" }).isVisible()).toBe(true);
    await close();
  });

  it("is printed with everything unfolded and no table cut", async () => {
    const { page, close } = await opened(pageInput(), { viewport: { width: 690, height: 980 } });
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(690);
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter((each) => each.scrollWidth > each.clientWidth + 1).length",
      ),
    ).toBe(0);
    expect(await page.getByText("The key we gave to this invoice.").isVisible()).toBe(true);
    expect(await page.getByText("Compute, 3 instances").first().isVisible()).toBe(true);
    await close();
  });
});
