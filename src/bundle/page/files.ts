import type { Manifest } from "../../model/generated/manifest.ts";
import { table } from "./blocks.ts";
import { type Html, html } from "./html.ts";

/** How to open the files, how to see that nothing was changed, and what else lies in the folder. */
export function filesSection({ datasets, signature }: Manifest): Html {
  const files = datasets.flatMap((dataset) => dataset.files);
  const has = (folder: string) => files.some(({ path }) => path.startsWith(folder));
  const others: [Html, string][] = [
    [link("manifest.json"), "Everything that this page says, for programs and for auditors."],
    [link("datapackage.json"), "Describes the CSV files, for data tools (Frictionless Data Package)."],
    [html`<code>schemas/</code>`, "Describes each field of the JSON files, for programs (JSON Schema)."],
  ];
  if (has("files/")) others.push([html`<code>files/</code>`, "Files that belong to your records."]);
  if (has("quarantine/"))
    others.push([html`<code>quarantine/</code>`, "Records that were not as expected, with what was unexpected."]);
  others.push([link("SHA256SUMS"), "A fingerprint of every file, to see whether one was changed."]);
  return html`<section><h2 id="files">How to use the files</h2>
<p>Unpack the zip file first: the links on this page lead to files that lie beside it. Every kind of record comes as two files that say the same.</p>
<div class="cards">
<div><h3>CSV: to look at</h3><p>Opens in a spreadsheet such as LibreOffice Calc, Excel or Numbers. If it asks: the text is UTF-8, and commas separate the columns.</p>
<p>Some texts begin with an extra <code>'</code>. It keeps a spreadsheet from taking the text for a formula, and is not part of your data.</p></div>
<div><h3>JSON: to take along</h3><p>The form that other services and programs read. Each line is one record. A text editor shows it as well.</p>
<p>Hand these files over when another service offers to import your data.</p></div>
<div><h3>Keep it safe</h3><p>This folder tells a lot about you. Keep it where only you can read it, and delete it when you no longer need it.</p></div>
</div>
<h3>See that nothing was changed</h3>
<p>Open a terminal in this folder. Every line must end with OK.</p>
<p><code class="command">sha256sum -c SHA256SUMS</code> on Linux<br><code class="command">shasum -a 256 -c SHA256SUMS</code> on a Mac</p>
${
  signature !== undefined &&
  html`<p>We signed this list. With our public key, which you should have from us by another way, the program minisign checks that it comes from us.
The number of our key is <code>${signature.keyId}</code>.</p>
<p><code class="command">minisign -V -p OUR-KEY.pub -m SHA256SUMS -x SHA256SUMS.sig</code></p>`
}
<h3>What else is in the folder</h3>
${table("Other files in the folder", ["File", "What it is for"], others)}</section>`;
}

function link(path: string): Html {
  return html`<a href="${path}">${path}</a>`;
}
