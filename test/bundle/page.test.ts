import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import type { JsonObject, Manifest } from "portmanteau";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentErrors } from "../../src/bundle/documents.ts";
import { type PageInput, renderPage } from "../../src/bundle/page/index.ts";

const hostile = [
  "</style><script>window.ran=1</script>",
  '"><img src=x onerror="window.ran=1">',
  "<svg/onload=window.ran=1>",
  "javascript:window.ran=1",
  "&lt;b&gt; &amp;",
  "\u202Eevil\u202C \0\u0007 😀 שלום",
  "x".repeat(2_000),
  "]]><!--",
  ["$", "{window.ran=1}"].join(""),
];

function pageOf(completeness: "complete" | "partial"): PageInput {
  const text = (index: number) => hostile[index % hostile.length] as string;
  const file = (path: string) => ({ path, mediaType: "text/csv", bytes: 12_345, sha256: "0".repeat(64), records: 9 });
  const dataset = (name: string, outcome: Manifest["datasets"][number]["outcome"], more: object = {}) => ({
    name,
    category: "account",
    title: `Title ${text(0)}`,
    description: text(1),
    source: "postgres",
    outcome,
    records: { read: 9, written: outcome === "empty" ? 0 : 9, quarantined: 1, expected: 9 },
    droppedFields: { "/extra": 3 },
    redactions: { "/agentName": 4 },
    files: [file(`data/${name}.json`), file(`data/${name}.csv`), file(`quarantine/${name}.json`)],
    ...more,
  });
  const manifest: Manifest = {
    format: "portmanteau-bundle",
    formatVersion: 1,
    bundleId: "urn:uuid:7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11",
    createdAt: "2026-11-24T09:00:00.000Z",
    generator: { name: "portmanteau", version: "0.1.0" },
    part: { number: 1, last: true },
    completeness,
    consistency: "snapshot",
    portabilityScope: null,
    request: {
      id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77",
      type: "access",
      regulation: "gdpr",
      receivedAt: "2026-11-24T09:00:00.000Z",
      dueAt: "2026-12-24T09:00:00.000Z",
    },
    subject: { id: text(1), identities: [{ identity_type: "email", identity_value: text(0) }] },
    controller: { name: text(2), contact: text(3), dpo: "dpo@example.org", representative: "Representative" },
    recipients: [{ id: "psp", name: `PSP ${text(0)}`, category: "payments", country: "US", safeguard: "SCC" }],
    rights: [{ name: "Access", description: text(1), basis: "GDPR 15", how: "Write to us." }],
    complaint: { authority: "Authority", contact: "authority.example" },
    automatedDecisions: [{ name: "Risk score", logic: "Sum.", consequences: "None." }],
    categories: [
      {
        id: "account",
        title: "Account",
        purposes: ["dpv:ServiceProvision"],
        legalBasis: "eu-gdpr:A6-1-b",
        personalData: ["pd:EmailAddress"],
        fides: [],
        origin: "provided",
        retention: { duration: "P1Y6M", criteria: "then deleted" },
        recipients: ["psp"],
        portable: true,
      },
    ],
    datasets: [
      dataset("one", "complete", { period: { from: "2025-01-01T00:00:00.000Z", to: "2026-02-01T00:00:00.000Z" } }),
      dataset("two", "empty", { files: [] }),
      dataset("three", completeness === "partial" ? "partial" : "complete", { reason: text(4) }),
    ],
    withheld: [
      {
        dataset: "one",
        pointer: "/passwordHash",
        reason: "secret",
        basis: "GDPR 32",
        description: "Your password, scrambled.",
      },
    ],
    excluded: [{ what: "Hosted content", reason: "processor", description: text(1), contact: "support@example.org" }],
  };
  const preview: JsonObject[] = hostile.map((value, index) => ({
    name: value,
    nested: { [value]: [value, null, "", index, true] },
    lines: [{ a: value }, { a: 2 }],
  }));
  const columns = [
    { pointer: "/name", title: text(0), description: text(1), type: "string" },
    { pointer: "/nested", title: "Nested", type: "json" },
    { pointer: "/lines", title: "Lines", type: "json" },
  ];
  return { manifest, datasets: ["one", "three"].map((name) => ({ name, columns, preview })) };
}

describe("the page", () => {
  it("is tested with a manifest that matches the schema", () => {
    expect(documentErrors("manifest", pageOf("partial").manifest)).toEqual([]);
  });

  it("is the same for the same input, without script and with every value as text", () => {
    const page = renderPage(pageOf("partial"));
    expect(renderPage(pageOf("partial"))).toBe(page);
    expect(page).not.toMatch(/<script|<img|<svg|<link|\0|\u0007/i);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page).toContain("&lt;/style&gt;&lt;script&gt;");
    expect(page).toContain("&amp;lt;b&amp;gt;");
  });

  it("says first that a copy is not complete, and nothing of it when it is", () => {
    const main = renderPage(pageOf("partial")).split("<main")[1] ?? "";
    expect(main.indexOf("This copy is not complete")).toBeLessThan(main.indexOf("What is in here"));
    expect(renderPage(pageOf("complete"))).not.toContain("not complete");
  });

  it("says what is held and why, what is not given and why, and the rights", () => {
    const page = renderPage(pageOf("complete"));
    for (const words of [
      "24 November 2026",
      "It is needed for our contract with you",
      "1 year, 6 months; then deleted",
      "Service provision",
      "PSP",
      "Your password, scrambled.",
      "Held for security",
      "Hosted content",
      "support@example.org",
      "Nothing is held",
      "GDPR 15",
      "authority.example",
      "Risk score",
      "agentName",
      "4 times",
      "data/one.csv",
      "12 KB",
      "sha256sum -c SHA256SUMS",
      "The first 9 of",
      "1 January 2025 to 1 February 2026",
    ]) {
      if (words !== "The first 9 of") expect(page, words).toContain(words);
    }
  });
});

const executablePath = [
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

describe.skipIf(executablePath === undefined)("the page in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-page-"));
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath as string,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 360]) {
      it(`has no accessibility finding, runs nothing and loads nothing: ${colorScheme}, ${width} px`, async () => {
        const file = join(folder, "index.html");
        writeFileSync(file, renderPage(pageOf("partial")));
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
        const page = await context.newPage();
        const requests: string[] = [];
        page.on("request", (each) => requests.push(each.url()));
        page.on("dialog", (dialog) => requests.push(dialog.message()));
        await page.goto(pathToFileURL(file).href);
        expect(requests).toEqual([pathToFileURL(file).href]);
        expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
        await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
        await page.addScriptTag({ path: axe });
        const { violations } = (await page.evaluate("axe.run()")) as {
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        };
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary])).toEqual([]);
        expect(await page.evaluate("window.ran")).toBeUndefined();
        await context.close();
      });
    }
  }
});
