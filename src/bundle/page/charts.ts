import { type Html, html } from "./html.ts";
import type { Language } from "./language.ts";

type Months = ReadonlyMap<string, number>;

/** Some time, as a label of `Language.month`, and how many records fall into it. */
interface Bar {
  readonly when: string;
  readonly count: number;
}

/** A chart has at most so many bars, and one of a row of the overview; longer times get wider bars. */
const most = { bars: 60, small: 60 };
/** How many years one bar may stand for. */
const yearSteps = [1, 2, 5, 10, 20, 50, 100, 200];

/** The months from the first to the last that any of the charts has; nothing where none has two. */
export interface Axis {
  readonly from: number;
  readonly to: number;
}

/** `2026-03` → months since the year 0. */
function monthIndex(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
}

/** One axis for all datasets, so that their rows can be compared. */
export function axisOf(all: readonly Months[]): Axis | undefined {
  const indexes = all.flatMap((months) => [...months.keys()].map(monthIndex));
  if (indexes.length < 2) return undefined;
  const from = indexes.reduce((one, other) => Math.min(one, other));
  const to = indexes.reduce((one, other) => Math.max(one, other));
  return from === to ? undefined : { from, to };
}

/** A few bars for a row of a table: when there were records, on the axis that all rows share. The text beside it says the same. */
export function activityRow(months: Months, { from, to }: Axis): Html {
  const width = Math.ceil((to - from + 1) / most.small);
  const counts = new Array<number>(Math.ceil((to - from + 1) / width)).fill(0);
  for (const [month, count] of months) {
    const index = Math.floor((monthIndex(month) - from) / width);
    counts[index] = (counts[index] ?? 0) + count;
  }
  return html`<svg class="row" aria-hidden="true" viewBox="0 0 ${counts.length} 20" preserveAspectRatio="none">${bars(counts, 20)}</svg>`;
}

/** How many records each month or year has, as bars; the numbers stand below for whoever wants them. Nothing for less than two bars. */
export function activityChart(months: Months, label: string, language: Language): Html | undefined {
  const { charts } = language.words;
  const { steps, years } = barsOf(months);
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  const peak = steps.reduce((one, other) => (other.count > one.count ? other : one));
  const [from, to] = [language.month(first.when), language.month(last.when)];
  const title =
    years === 0 ? charts.months(from, to) : years === 1 ? charts.years(from, to) : charts.spans(years, from, to);
  const isFlat = steps.every(({ count }) => count === peak.count);
  const highest = isFlat ? "" : charts.most(peak.count, language.month(peak.when));
  const counts = steps.map(({ count }) => count);
  const rows = steps.filter(({ count }) => count > 0);
  return html`<figure class="chart"><figcaption>${title}</figcaption>
<svg role="img" aria-label="${label}: ${title}${isFlat ? "" : `. ${highest}`}" viewBox="0 0 ${steps.length} 100" preserveAspectRatio="none">${bars(counts, 100)}</svg>
<p class="axis" aria-hidden="true"><span>${from}</span><span>${highest}</span><span>${to}</span></p>
<details><summary>${charts.numbers}<span class="hidden">${language.words.dataset.inLabel(label)}</span></summary>
<table class="numbers"><thead><tr>${charts.head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${rows.map(({ when, count }) => html`<tr><th scope="row">${language.month(when)}</th><td>${language.number(count)}</td></tr>\n`)}</tbody></table></details></figure>`;
}

/** Every month or, where these are too many, every year or so many years: also those without a record. `years` is 0 for months. */
function barsOf(months: Months): { readonly steps: readonly Bar[]; readonly years: number } {
  const axis = axisOf([months]);
  if (axis === undefined) return { steps: [], years: 0 };
  const { from, to } = axis;
  if (to - from < most.bars) {
    const steps = Array.from({ length: to - from + 1 }, (_, index) => {
      const when = nameOf(from + index);
      return { when, count: months.get(when) ?? 0 };
    });
    return { steps, years: 0 };
  }
  const span = Math.floor(to / 12) - Math.floor(from / 12) + 1;
  const years = yearSteps.find((step) => span / step < most.bars) ?? (yearSteps.at(-1) as number);
  const first = Math.floor(from / 12 / years);
  const counts = new Array<number>(Math.floor(to / 12 / years) - first + 1).fill(0);
  for (const [month, count] of months) {
    const index = Math.floor(Number(month.slice(0, 4)) / years) - first;
    counts[index] = (counts[index] ?? 0) + count;
  }
  const steps = counts.map((count, index) => ({ when: String((first + index) * years).padStart(4, "0"), count }));
  return { steps, years };
}

function nameOf(index: number): string {
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;
}

/** One path for all bars: each a unit wide with some room between. The fewest records still show. */
function bars(counts: readonly number[], height: number): Html {
  const top = counts.reduce((one, other) => Math.max(one, other), 1);
  const path = counts.map((count, index) => {
    if (count === 0) return "";
    const tall = Math.max(Math.round((count / top) * height), Math.ceil(height / 25));
    return `M${index}.1 ${height}v-${tall}h.8v${tall}z`;
  });
  return html`<path d="${path.join("")}"></path>`;
}
