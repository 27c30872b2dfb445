export interface Series {
  readonly title: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Chart {
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  readonly panels: readonly { readonly title: string; readonly series: readonly Series[] }[];
  readonly notes: readonly string[];
}

const [width, plotHeight, plotWidth] = [960, 300, 380];
const [left, top, gap] = [56, 136, 96];
const shapes = ["circle", "square", "triangle", "diamond"] as const;

const light = {
  paper: "#ffffff",
  ink: "#1f2328",
  soft: "#59636e",
  grid: "#d8dee4",
  lines: ["#0a6bc8", "#b4480a", "#7a3fb5", "#2f7d32"],
};
const dark = {
  paper: "#0d1117",
  ink: "#f0f6fc",
  soft: "#9aa4af",
  grid: "#30363d",
  lines: ["#58a6ff", "#f0883e", "#c49bff", "#6bcf70"],
};

/**
 * Panels of lines on two logarithmic axes, side by side, as one SVG with no dependency. The series of all panels are the same, and told
 * apart by colour and by the shape of their points; it follows the reader's dark or light scheme.
 */
export function chart({ title, description, xLabel, panels, notes }: Chart): string {
  const height = top + plotHeight + 64 + notes.length * 18;
  const series = panels[0]?.series ?? [];
  let next = left + 6;
  const legend = series.map(({ title }, index) => {
    const x = next;
    next += 40 + title.length * 7;
    return `<g class="s${index}">${marker(index, x, 83)}<text class="key" x="${x + 12}" y="88">${escaped(title)}</text></g>`;
  });
  const foot = notes.map((note, index) => text(left, top + plotHeight + 64 + index * 18, note, "small"));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped([description, ...panels.map(inWords), ...notes].join(" "))}</desc>
<style>
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
  .head { font-size: 18px; font-weight: 600; }
  .panel { font-size: 14px; font-weight: 600; }
  .small { font-size: 12px; }
  .grid { stroke-width: 1; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .s0 .line { stroke-width: 3; }
${colours(light)}
  @media (prefers-color-scheme: dark) {
${colours(dark)}
  }
</style>
<rect width="${width}" height="${height}" rx="8" class="paper"/>
${text(left, 34, title, "head")}
${text(left, 56, description, "small")}
${legend.join("\n")}
${panels.map((panel, index) => drawn(panel, left + index * (plotWidth + gap), xLabel)).join("\n")}
${foot.join("\n")}
</svg>
`;
}

/** Written out: not every program that shows an SVG knows CSS variables. */
function colours({ paper, ink, soft, grid, lines }: typeof light): string {
  return [
    `  text { fill: ${ink}; }`,
    `  .small { fill: ${soft}; }`,
    `  .paper { fill: ${paper}; }`,
    `  .grid { stroke: ${grid}; }`,
    `  .point { stroke: ${paper}; }`,
    ...lines.flatMap((line, index) => [
      `  .s${index} .line { stroke: ${line}; }`,
      `  .s${index} .point { fill: ${line}; }`,
    ]),
  ].join("\n");
}

function drawn({ title, series }: Chart["panels"][number], x0: number, xLabel: string): string {
  const points = series.flatMap(({ points }) => points);
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const x = logScale(Math.min(...xs), Math.max(...xs), x0, x0 + plotWidth);
  const y = logScale(niceBelow(Math.min(...ys)), niceAbove(Math.max(...ys)), top + plotHeight, top);
  const columns = [...new Set(xs)].map((value) =>
    [
      `<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="${top}" y2="${top + plotHeight}"/>`,
      text(x(value), top + plotHeight + 18, short(value), "small", "middle"),
    ].join(""),
  );
  const rows = ticks(niceBelow(Math.min(...ys)), niceAbove(Math.max(...ys))).map((value) =>
    [
      `<line class="grid" x1="${x0}" x2="${x0 + plotWidth}" y1="${y(value)}" y2="${y(value)}"/>`,
      text(x0 - 8, y(value) + 4, short(value), "small", "end"),
    ].join(""),
  );
  // Ours comes last, on top of the others.
  const lines = series.map(({ points }, index) => {
    const path = points.map((point) => `${x(point.x)},${y(point.y)}`).join(" ");
    const markers = points.map((point) => marker(index, x(point.x), y(point.y))).join("");
    return `<g class="s${index}"><polyline class="line" points="${path}"/>${markers}</g>`;
  });
  return [
    text(x0, top - 16, title, "panel"),
    ...columns,
    ...rows,
    ...lines.reverse(),
    text(x0 + plotWidth / 2, top + plotHeight + 38, xLabel, "small", "middle"),
  ].join("\n");
}

function marker(index: number, x: number, y: number): string {
  switch (shapes[index % shapes.length]) {
    case "square":
      return `<rect class="point" x="${x - 4.5}" y="${y - 4.5}" width="9" height="9"/>`;
    case "triangle":
      return `<path class="point" d="M${x} ${y - 6}l5.5 10h-11z"/>`;
    case "diamond":
      return `<path class="point" d="M${x} ${y - 6}l6 6l-6 6l-6-6z"/>`;
    default:
      return `<circle class="point" cx="${x}" cy="${y}" r="5"/>`;
  }
}

function logScale(from: number, to: number, start: number, end: number): (value: number) => number {
  const span = Math.log(to / from) || 1;
  return (value) => Number((start + (Math.log(value / from) / span) * (end - start)).toFixed(1));
}

/** 1, 2 and 5 in each power of ten. */
function ticks(from: number, to: number): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power++)
    for (const step of [1, 2, 5]) found.push(Number((step * 10 ** power).toPrecision(1)));
  return found.filter((value) => value >= from && value <= to);
}

function niceBelow(value: number): number {
  return ticks(value / 10, value).at(-1) ?? value;
}

function niceAbove(value: number): number {
  return ticks(value, value * 10)[0] ?? value;
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e4 ? `${value / 1e3} k` : value.toLocaleString("en-US");
}

function inWords({ title, series }: Chart["panels"][number]): string {
  const lines = series.map(({ title, points }) => {
    return `${title} ${points.map(({ x, y }) => `${y} at ${x.toLocaleString("en-US")}`).join(", ")}`;
  });
  return `${title}: ${lines.join("; ")}.`;
}

function text(x: number, y: number, words: string, kind: string, anchor = "start"): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
