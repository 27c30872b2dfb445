import type { Manifest } from "../../model/generated/manifest.ts";
import { type Html, html, type Part } from "./html.ts";
import { outcomeWords } from "./words.ts";

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
export function badge({ outcome }: Dataset): Html {
  return html`<span class="badge ${outcome}">${outcomeWords(outcome)}</span>`;
}

/** The reason of an outcome: `SOURCE_TIMEOUT: reading stopped.` gives plain words first and the code for whoever mends it. */
export function reasonMarkup(reason: string): Html {
  const [, code, words = reason] = /^([A-Z][A-Z0-9_]+): (.+)$/s.exec(reason) ?? [];
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return html`${sentence}${code !== undefined && html` <code>${code}</code>`}`;
}

/** A part of the law, small, behind what it is about. */
export function lawMarkup(basis: string | undefined): Html | undefined {
  return basis === undefined ? undefined : html` <span class="law">${basis}</span>`;
}
