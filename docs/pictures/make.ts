/**
 * `npm run pictures`: takes the pictures of this folder anew, of the demo's bundle in Chromium and of what the command line prints;
 * `npm run pictures -- page-dark cli-verify` only those.
 * Look at each of them afterwards. It needs `unzip` and Chromium.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { type Locale, locales } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { openDatabase } from "../../examples/vekora/database.ts";
import { vekoraExporter } from "../../examples/vekora/exporter.ts";
import { mainSubject } from "../../examples/vekora/seed.ts";
import { html } from "../../src/bundle/page/html.ts";
import { launchBrowser } from "../../test/support/browser.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const run = promisify(execFile);
/** Pictures are part of the repository. */
const mostBytes = 150_000;
const id = "3f1a0c52-6a53-4d2e-8a35-6a1f3c0e9b77";
const clock = () => Date.parse("2026-11-24T09:05:00Z");

interface Picture {
  readonly name: string;
  readonly markup: string;
  readonly context?: BrowserContextOptions;
  readonly print?: boolean;
  /** Id of what stands at the top. */
  readonly at?: string;
}

const scratch = await mkdtemp(join(tmpdir(), "portmanteau-pictures-"));
const database = await openDatabase();
const browser = await launchBrowser();
try {
  const bundles = new Map<Locale, string>();
  const pages = new Map<Locale, string>();
  for (const locale of locales) {
    const bundle = join(scratch, `${locale}.zip`);
    const receivedAt = "2026-11-03T14:20:00Z";
    await vekoraExporter(database).export(
      { id, type: "access", locale, receivedAt, subject: { id: mainSubject } },
      { to: fileDelivery(bundle), clock, bundleId: `urn:uuid:${id}` },
    );
    bundles.set(locale, bundle);
    pages.set(locale, (await run("unzip", ["-p", bundle, "index.html"], { maxBuffer: 2 ** 24 })).stdout);
  }
  const english = pages.get("en") ?? "";
  const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 };
  const pictures: Picture[] = [
    ...[...pages].map(([locale, markup]) => ({ name: `page-${locale}`, markup })),
    { name: "page-dataset", markup: english, at: "dataset-invoices" },
    { name: "page-left-out", markup: english, at: "left-out", context: { viewport: { width: 1180, height: 640 } } },
    { name: "page-dark", markup: english, context: { colorScheme: "dark" } },
    { name: "page-phone", markup: english, context: phone, at: "overview" },
    { name: "page-print", markup: english, context: { viewport: { width: 690, height: 980 } }, print: true },
    { name: "cli-verify", markup: await terminal(["verify", bundles.get("en") ?? ""]) },
  ];
  const wanted = process.argv.slice(2);
  for (const picture of pictures)
    if (wanted.length === 0 || wanted.includes(picture.name)) await take(browser, picture);
} finally {
  await browser.close();
  await database.close();
  await rm(scratch, { recursive: true, force: true });
}

async function take(browser: Browser, { name, markup, context = {}, print = false, at }: Picture): Promise<void> {
  const opened = await browser.newContext({ viewport: { width: 1280, height: 820 }, ...context });
  try {
    const page = await opened.newPage();
    const file = join(scratch, "page.html");
    await writeFile(file, markup);
    await page.goto(pathToFileURL(file).href);
    if (print) await page.emulateMedia({ media: "print" });
    if (at !== undefined) await page.evaluate(`document.getElementById(${JSON.stringify(at)}).scrollIntoView()`);
    const path = `${folder}${name}.png`;
    const fitting = markup.includes('class="terminal"') ? page.locator("pre") : page;
    await fitting.screenshot({ path, timeout: 120_000 });
    const { size } = await stat(path);
    if (size > mostBytes) throw new Error(`${name}.png has ${size} bytes; at most ${mostBytes} are wanted.`);
    console.log(`${name}.png  ${Math.round(size / 1000)} kB`);
  } finally {
    await opened.close();
  }
}

/** What a command prints, as a terminal shows it. */
async function terminal(words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [cli, ...words]);
  const shown = words.map((word) => word.replace(/^.*\//, "")).join(" ");
  const printed = `${stdout}${stderr}`.replaceAll(`${scratch}/`, "");
  return html`<!doctype html><meta charset="utf-8"><title>terminal</title><style>
pre{display:inline-block;margin:0;padding:1.5rem 2rem;background:#14191c;color:#e4e8e9;font:15px/1.5 monospace;min-width:50rem}
b{color:#7fccd4}</style><pre class="terminal"><b>$ portmanteau ${shown}</b>
${printed}</pre>`.markup;
}
