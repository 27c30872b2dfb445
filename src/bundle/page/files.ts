import type { Manifest } from "../../model/generated/manifest.ts";
import { table } from "./blocks.ts";
import { type Html, html } from "./html.ts";
import type { Language } from "./language.ts";

/** How to open the files, how to see that nothing was changed, and what else lies in the folder. */
export function filesSection({ datasets, signature }: Manifest, language: Language): Html {
  const { files: words } = language.words;
  const files = datasets.flatMap((dataset) => dataset.files);
  const has = (folder: string) => files.some(({ path }) => path.startsWith(folder));
  const others: [Html, string][] = [
    [link("manifest.json"), words.manifest],
    [link("datapackage.json"), words.dataPackage],
    [html`<code>schemas/</code>`, words.schemas],
  ];
  if (has("files/")) others.push([html`<code>files/</code>`, words.attachments]);
  if (has("quarantine/")) others.push([html`<code>quarantine/</code>`, words.quarantine]);
  others.push([link("SHA256SUMS"), words.checksums]);
  return html`<section><h2 id="files">${words.heading}</h2>
<p>${words.unpack}</p>
<div class="cards">
<div><h3>${words.csv}</h3><p>${words.csvOpen}</p>
<p>${words.csvQuote(html`<code>'</code>`)}</p></div>
<div><h3>${words.json}</h3><p>${words.jsonRead}</p>
<p>${words.jsonHand}</p></div>
<div><h3>${words.safe}</h3><p>${words.safeWords}</p></div>
</div>
<h3>${words.check}</h3>
<p>${words.checkWords}</p>
<p><code class="command">sha256sum -c SHA256SUMS</code> ${words.onLinux}<br><code class="command">shasum -a 256 -c SHA256SUMS</code> ${words.onMac}</p>
${
  signature !== undefined &&
  html`<p>${words.signed(html`<code>${signature.keyId}</code>`)}</p>
<p><code class="command">minisign -V -p OUR-KEY.pub -m SHA256SUMS -x SHA256SUMS.sig</code></p>`
}
<h3>${words.rest}</h3>
${table(words.restCaption, words.restHead, others)}</section>`;
}

function link(path: string): Html {
  return html`<a href="${path}">${path}</a>`;
}
