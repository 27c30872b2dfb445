import type { Manifest } from "../../model/generated/manifest.ts";
import { type Html, html } from "./html.ts";
import type { PageDataset } from "./index.ts";
import { previewTable } from "./preview.ts";
import { countWords, outcomeWords, periodWords, pointerWords, sizeWords } from "./words.ts";

type Dataset = Manifest["datasets"][number];

/** One dataset: what it is, what its columns mean, its first records, its files. */
export function datasetSection(dataset: Dataset, shown: PageDataset | undefined): Html {
  const { name, title, description, outcome, reason, records, period, files, droppedFields } = dataset;
  const dropped = Object.entries(droppedFields);
  const state = outcome === "complete" ? countWords(records.written, "record") : outcomeWords(dataset);
  return html`<h3 id="${name}">${title}</h3>
${description !== undefined && html`<p>${description}</p>`}
<p>${state}${period !== undefined && `, ${periodWords(period)}`}.${reason !== undefined && html` ${reason}`}</p>
${files.length > 0 && html`<ul class="files">${files.map(fileLink)}</ul>`}
${records.quarantined > 0 && html`<p>${countWords(records.quarantined, "record")} did not have the expected form. They stand in a file of their own, with the reasons.</p>`}
${shown !== undefined && columnsInWords(shown, title)}
${shown !== undefined && previewTable(shown, title, records.written)}
${dropped.length > 0 && html`<p class="none">Internal fields left out: ${dropped.map(([pointer, count]) => `${pointerWords(pointer)} (${countWords(count, "time")})`).join(", ")}.</p>`}`;
}

function fileLink({ path, bytes }: Dataset["files"][number]): Html {
  const kind = path.startsWith("quarantine/")
    ? "Records with problems (JSON)"
    : path.endsWith(".csv")
      ? "For spreadsheets (CSV)"
      : "For programs (JSON)";
  return html`<li><a href="${path}">${path}</a> ${kind}, ${sizeWords(bytes)}</li>`;
}

function columnsInWords({ columns }: PageDataset, title: string): Html {
  return html`<details><summary>What the ${countWords(columns.length, "column")} of “${title}” mean</summary>
<dl class="facts">${columns.map((column) => html`<dt>${column.title}</dt><dd>${column.description ?? pointerWords(column.pointer)}</dd>`)}</dl></details>`;
}
