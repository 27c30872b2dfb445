import type { Manifest } from "../../model/generated/manifest.ts";
import { isWhole } from "../../model/outcome.ts";
import { badge, reasonMarkup } from "./blocks.ts";
import type { Dataset, Section } from "./chapters.ts";
import { columnMarkup } from "./columns.ts";
import { countWords, numberWords, periodWords, sizeWords } from "./figures.ts";
import { bdi, fileHref, type Html, html } from "./html.ts";
import type { PageDataset } from "./input.ts";
import { previewTable, recordSheet } from "./preview.ts";
import { outcomeSentence } from "./words.ts";

type Part = Manifest["part"];

/** More attachments than this are counted; their folder has them all. */
const mostAttachments = 12;

/** One dataset: what it is and how it ended, its files, what its columns mean, its first records. */
export function datasetSection({ id, dataset, shown, label }: Section, part: Part): Html {
  const isSplit = part.number > 1 || !part.last;
  const { title, description, outcome, reason, records, period, source } = dataset;
  const wasRead = outcome === "complete" || outcome === "empty" || outcome === "partial";
  return html`<article><h3 id="${id}">${bdi(title)} ${badge(dataset)}</h3>
${description !== undefined && html`<p>${description}</p>`}
<p class="state">${outcomeSentence(dataset)}${isWhole(outcome) && reason !== undefined && html` ${reasonMarkup(reason)}`}${
    period !== undefined && html` ${records.written === 1 ? "Dated" : "Time covered:"} ${periodWords(period)}.`
  }${wasRead && html` Source system: ${bdi(source)}.`}</p>${isSplit && shareNote(dataset)}
${!isWhole(outcome) && reason !== undefined && html`<p class="notice">${reasonMarkup(reason)}</p>`}
${quarantineNote(dataset, isSplit)}
${shown !== undefined && records.written > 0 && firstRecords(shown, label, records.written)}
${fileList(dataset, label)}</article>
`;
}

function firstRecords(shown: PageDataset, label: string, written: number): Html {
  const [only] = shown.preview;
  if (written === 1 && only !== undefined) return recordSheet(shown, only, label);
  return html`${previewTable(shown, `First records of ${label}`, written)}
${columnsInWords(shown, label)}`;
}

/** What each column says, and its name in the files, for whoever opens them. */
function columnsInWords(
  { columns, markup: { meanings } = columnMarkup(columns) }: PageDataset,
  label: string,
): Html | undefined {
  if (columns.length === 0) return undefined;
  return html`<details><summary>What the ${countWords(columns.length, "column")} mean<span class="hidden"> in ${label}</span></summary>
<dl class="facts">${meanings}</dl></details>`;
}

function fileList({ files, schema, name }: Dataset, label: string): Html | undefined {
  if (files.length === 0) return undefined;
  const attachments = files.filter(isAttachment);
  const data = files.filter((file) => !isAttachment(file));
  const rest = attachments.length - mostAttachments;
  return html`<ul class="files" aria-label="Files of ${label}">
${data.map((file) => fileEntry(file.path, `${fileWords(file.path)}, ${sizeWords(file.bytes)}`))}
${attachments.slice(0, mostAttachments).map(({ path, bytes }) => fileEntry(path, `Attached file, ${sizeWords(bytes)}`))}
${rest > 0 && html`<li>${numberWords(rest)} more in the folder <code>files/${name}</code></li>`}
${schema !== undefined && fileEntry(schema.path, "Describes each field, for programs")}</ul>`;
}

function isAttachment({ path }: Dataset["files"][number]): boolean {
  return path.startsWith("files/");
}

function fileEntry(path: string, words: string): Html {
  const href = fileHref(path);
  const name = bdi(path);
  return html`<li>${href === undefined ? name : html`<a href="${href}">${name}</a>`} <span>${words}</span></li>\n`;
}

function fileWords(path: string): string {
  if (path.startsWith("quarantine/")) return "Records set apart";
  if (path.endsWith(".csv")) return "Opens in a spreadsheet";
  return path.endsWith(".json") ? "For other services" : "File";
}

/** How many of the records are in this zip, when there are several. */
function shareNote({ records: { written }, files }: Dataset): Html | undefined {
  if (written === 0) return undefined;
  const here = files.find(({ path }) => /^data\/[^/]+\.json$/.test(path))?.records ?? 0;
  return html`<p>${hereWords(here, written)}</p>`;
}

function hereWords(here: number, all: number): string {
  if (here === all) return all === 1 ? "It is in this zip file." : `All ${numberWords(all)} are in this zip file.`;
  if (here === 0) return `None of them ${all === 1 ? "is" : "are"} in this zip file: look in the other parts.`;
  return `${numberWords(here)} of them ${here === 1 ? "is" : "are"} in this zip file, the others in the other parts.`;
}

function quarantineNote({ records: { quarantined }, files }: Dataset, isSplit: boolean): Html | undefined {
  if (quarantined === 0) return undefined;
  const { path, records: here = 0 } = files.find((file) => file.path.startsWith("quarantine/")) ?? {};
  if (isSplit && here < quarantined)
    return html`<p class="notice">${countWords(quarantined, "record")} ${quarantined === 1 ? "is" : "are"} set apart: something in ${quarantined === 1 ? "it" : "them"} did
not match our own description of these records. Nothing is lost. ${hereWords(here, quarantined)}${path !== undefined && html` See <code>${path}</code>.`}</p>`;
  return html`<p class="notice">${countWords(quarantined, "record")} ${quarantined === 1 ? "is" : "are"} set apart: something in ${quarantined === 1 ? "it" : "them"} did
not match our own description of these records.${path !== undefined && html` Nothing is lost: the file <code>${path}</code> has ${quarantined === 1 ? "it" : "them"}, with what was unexpected.`}</p>`;
}
