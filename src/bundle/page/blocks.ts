import type { Manifest } from "../../model/generated/manifest.ts";
import { type Html, html, type Part } from "./html.ts";
import type { Language } from "./language.ts";

type Dataset = Manifest["datasets"][number];

/** Names and what stands for each; a name whose content is `undefined` or `false` is left out. */
export function facts(rows: readonly (readonly [name: Part, content: Part])[]): Html {
  const held = rows.filter(([, content]) => content !== undefined && content !== false);
  return html`<dl class="facts">${held.map(([name, content]) => html`<dt>${name}</dt><dd>${content}</dd>\n`)}</dl>`;
}

/**
 * A small table that becomes one card per row on a phone. Browsers forget what a table is once it is laid out as blocks, so that
 * every part says its role. The first cell heads its row. The caption is for screen readers: a heading says it to everybody else.
 */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Part[])[],
  kind?: "overview" | "recipients",
): Html {
  const columns = head.map((name) => html`<th role="columnheader" scope="col">${name}</th>`);
  const body = rows.map(
    ([first, ...rest]) =>
      html`<tr role="row"><th role="rowheader" scope="row">${first}</th>${rest.map((content, index) =>
        isNothing(content)
          ? html`<td role="cell"></td>`
          : html`<td role="cell" data-label="${head[index + 1]}">${content}</td>`,
      )}</tr>\n`,
  );
  return html`<table class="stack ${kind}" role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns}</tr></thead>
<tbody role="rowgroup">
${body}</tbody></table>`;
}

function isNothing(content: Part): boolean {
  return content === undefined || content === false;
}

/** How a dataset ended, in one or two words; the colour says nothing that the words do not. */
export function badge({ outcome }: Dataset, { words }: Language): Html {
  return html`<span class="badge ${outcome}">${words.codes.outcomes[outcome]}</span>`;
}

/** How a dataset ended, in a sentence. */
export function outcomeSentence({ outcome, records: { written, expected } }: Dataset, { words }: Language): string {
  switch (outcome) {
    case "complete":
      return words.dataset.complete(written);
    case "partial":
      return words.dataset.partial(written, expected);
    case "empty":
    case "failed":
    case "excluded":
    case "notApplicable":
      return words.dataset[outcome];
    default:
      throw new TypeError(`Unknown outcome: ${outcome satisfies never}`);
  }
}

/**
 * Why a dataset is not whole: plain words first, then the code for whoever mends it. The words are made of the facts, for the manifest's
 * own reason is in English. Nothing for a dataset that was left out, whose outcome says it.
 */
export function reasonMarkup({ outcome, reason, records }: Dataset, { words }: Language): Html | undefined {
  if (outcome !== "partial" && outcome !== "failed") return undefined;
  const [, code] = /^([A-Z][A-Z0-9_]+):/.exec(reason ?? "") ?? [];
  const sentence = () => {
    if (code !== "INCOMPLETE") return words.warning[outcome === "partial" ? "stopped" : "failed"];
    const { expected, written } = records;
    return expected !== null && expected !== written ? words.warning.counted(expected, written) : words.warning.files;
  };
  return html`${sentence()}${code !== undefined && html` <code>${code}</code>`}`;
}

/** A part of the law, small, behind what it is about. */
export function lawMarkup(basis: string | undefined): Html | undefined {
  return basis === undefined ? undefined : html` <span class="law">${basis}</span>`;
}
