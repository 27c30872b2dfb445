import type { Manifest } from "../../model/generated/manifest.ts";
import { isWhole } from "../../model/outcome.ts";
import { badge, outcomeSentence, reasonMarkup } from "./blocks.ts";
import type { Dataset, Section } from "./chapters.ts";
import { activityChart } from "./charts.ts";
import { columnMarkup } from "./columns.ts";
import { bdi, fileHref, type Html, html } from "./html.ts";
import type { PageDataset } from "./input.ts";
import type { Language } from "./language.ts";
import { previewTable, recordSheet } from "./preview.ts";

type Part = Manifest["part"];

/** More attachments than this are counted; their folder has them all. */
const mostAttachments = 12;

/** One dataset: what it is and how it ended, when it was recorded, its first records, what its columns mean, its files. */
export function datasetSection({ id, dataset, shown, label }: Section, part: Part, language: Language): Html {
  const isSplit = part.number > 1 || !part.last;
  const { title, description, outcome, records, period, source } = dataset;
  const { words } = language;
  const wasRead = outcome === "complete" || outcome === "empty" || outcome === "partial";
  const time = period !== undefined && language.period(period);
  return html`<article><h3 id="${id}">${bdi(title)} ${badge(dataset, language)}</h3>
${description !== undefined && html`<p dir="auto">${description}</p>`}
<p class="state">${outcomeSentence(dataset, language)}${
    time !== false && html` ${records.written === 1 ? words.dataset.dated(time) : words.dataset.covered(time)}`
  }${wasRead && html` ${words.dataset.system(bdi(source))}`}</p>${isSplit && shareNote(dataset, language)}
${!isWhole(outcome) && notice(reasonMarkup(dataset, language))}
${quarantineNote(dataset, isSplit, language)}
${shown?.months !== undefined && activityChart(shown.months, label, language)}
${shown !== undefined && records.written > 0 && firstRecords(shown, label, records.written, language)}
${fileList(dataset, label, language)}</article>
`;
}

function notice(content: Html | undefined): Html | undefined {
  return content && html`<p class="notice">${content}</p>`;
}

function firstRecords(shown: PageDataset, label: string, written: number, language: Language): Html {
  const [only] = shown.preview;
  if (written === 1 && only !== undefined) return recordSheet(shown, only, label, language);
  return html`${previewTable(shown, label, written, language)}
${columnsInWords(shown, label, language)}`;
}

/** What each column says, and its name in the files, for whoever opens them. */
function columnsInWords({ columns, markup }: PageDataset, label: string, language: Language): Html | undefined {
  if (columns.length === 0) return undefined;
  const { dataset } = language.words;
  const { meanings } = markup?.(language) ?? columnMarkup(columns, language);
  return html`<details><summary>${dataset.columns(columns.length)}<span class="hidden">${dataset.inLabel(label)}</span></summary>
<dl class="facts">${meanings}</dl></details>`;
}

function fileList({ files, schema, name }: Dataset, label: string, language: Language): Html | undefined {
  if (files.length === 0) return undefined;
  const { dataset: words } = language.words;
  const attachments = files.filter(isAttachment);
  const data = files.filter((file) => !isAttachment(file));
  const rest = attachments.length - mostAttachments;
  return html`<ul class="files" aria-label="${words.filesOf(label)}">
${data.map((file) => fileEntry(file.path, `${fileWords(file.path, language)}, ${language.size(file.bytes)}`))}
${attachments.slice(0, mostAttachments).map(({ path, bytes }) => fileEntry(path, `${words.attachment}, ${language.size(bytes)}`))}
${rest > 0 && html`<li>${words.moreFiles(rest, html`<code>files/${name}</code>`)}</li>`}
${schema !== undefined && fileEntry(schema.path, words.schema)}</ul>`;
}

function isAttachment({ path }: Dataset["files"][number]): boolean {
  return path.startsWith("files/");
}

function fileEntry(path: string, words: string): Html {
  const href = fileHref(path);
  const name = bdi(path);
  return html`<li>${href === undefined ? name : html`<a href="${href}">${name}</a>`} <span>${words}</span></li>\n`;
}

function fileWords(path: string, { words: { dataset } }: Language): string {
  if (path.startsWith("quarantine/")) return dataset.apartWords;
  if (path.endsWith(".csv")) return dataset.csv;
  return path.endsWith(".json") ? dataset.json : dataset.file;
}

/** How many of the records are in this zip, when there are several. */
function shareNote({ records: { written }, files }: Dataset, { words }: Language): Html | undefined {
  if (written === 0) return undefined;
  const here = files.find(({ path }) => /^data\/[^/]+\.json$/.test(path))?.records ?? 0;
  return html`<p>${words.part.here(here, written)}</p>`;
}

function quarantineNote(
  { records: { quarantined }, files }: Dataset,
  isSplit: boolean,
  { words: { dataset, part } }: Language,
): Html | undefined {
  if (quarantined === 0) return undefined;
  const { path, records: here = 0 } = files.find((file) => file.path.startsWith("quarantine/")) ?? {};
  const file = path === undefined ? undefined : html`<code>${path}</code>`;
  if (isSplit && here < quarantined) {
    const where = html`${dataset.notLost} ${part.here(here, quarantined)}${file && html` ${dataset.see(file)}`}`;
    return notice(dataset.apart(quarantined, where));
  }
  return notice(dataset.apart(quarantined, file === undefined ? "" : dataset.apartFile(file, quarantined)));
}
