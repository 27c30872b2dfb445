import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";

/** The browser of the machine; with `PORTMANTEAU_SERVICES=required` a missing one fails the run. */
export const executablePath = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));
if (executablePath === undefined) {
  if (process.env["PORTMANTEAU_SERVICES"] === "required")
    throw new Error("Chromium is required and is not on this machine.");
  console.warn("not run: Chromium is not on this machine");
}

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath as string, args });
}

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe says of a page, in a context with `bypassCSP`; or of what a selector finds in it. */
export async function accessibilityOf(page: Page, within = "html"): Promise<{ findings: unknown[]; passes: string[] }> {
  await page.addScriptTag({ path: axe });
  const asked = `axe.run(${JSON.stringify(within)}, { runOnly: ${JSON.stringify(rules)}, resultTypes: ["violations"] })`;
  const { violations, passes } = (await page.evaluate(asked)) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
    passes: { id: string }[];
  };
  return {
    findings: violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary]),
    passes: passes.map(({ id }) => id),
  };
}
