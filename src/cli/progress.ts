import type { ExportEvent, Outcome } from "../index.ts";
import { column, counted, type Style, styled } from "./terminal.ts";

/** How often a line is rewritten on a terminal, and printed elsewhere, while records come in. */
const redrawMs = 80;
const reprintMs = 10_000;

export function outcomeStyle(outcome: Outcome): Style | undefined {
  switch (outcome) {
    case "complete":
    case "empty":
    case "excluded":
    case "notApplicable":
      return undefined;
    case "partial":
      return "yellow";
    case "failed":
      return "red";
    default:
      throw new TypeError(`Unknown outcome: ${outcome satisfies never}`);
  }
}

/** Shows an export's progress: one line per dataset, rewritten in place on a terminal; lines as things happen elsewhere. */
export function progress(out: NodeJS.WriteStream): (event: ExportEvent) => void {
  const lines = new Map<string, { text: string; style: Style | undefined; saidAt: number }>();
  const expected = new Map<string, number | null>();
  let isLive = out.isTTY === true && process.env["TERM"] !== "dumb";
  const mostLines = out.rows || 24; // 0: a terminal that does not say
  let drawn = 0;
  let drawnAt = 0;

  const draw = () => {
    // A line that wraps, or one that has left the screen, cannot be rewritten.
    const clip = (line: string) => line.slice(0, Math.max((out.columns || 80) - 1, 20));
    const text = [...lines].map(
      ([name, { text, style }]) => `\x1b[2K${styled(out, style, clip(`  ${column(name)} ${text}`))}\n`,
    );
    out.write(`${drawn > 0 ? `\x1b[${drawn}A` : ""}${text.join("")}`);
    drawn = lines.size;
    drawnAt = performance.now();
  };
  const say = (dataset: string, text: string, { always = true, style }: { always?: boolean; style?: Style } = {}) => {
    const now = performance.now();
    const { saidAt = 0 } = lines.get(dataset) ?? {};
    const isDue = always || now - saidAt > reprintMs;
    lines.set(dataset, { text, style, saidAt: isDue ? now : saidAt });
    if (lines.size >= mostLines) isLive = false;
    if (isLive) {
      if (always || now - drawnAt > redrawMs) draw();
    } else if (isDue) out.write(`  ${column(dataset)} ${text}\n`);
  };
  const countOf = (dataset: string, read: number) => {
    const of = expected.get(dataset) ?? null;
    return of === null ? counted(read, "record") : `${read} of ${counted(of, "record")}`;
  };

  return (event) => {
    switch (event.type) {
      case "started":
        if (event.datasets.length >= mostLines) isLive = false;
        break;
      case "datasetStarted":
        expected.set(event.dataset, event.expected);
        say(event.dataset, event.expected === null ? "reading" : `reading, ${event.expected} expected`);
        break;
      case "page":
        say(event.dataset, countOf(event.dataset, event.read), { always: false });
        break;
      case "retry":
        say(
          event.dataset,
          `trying again in ${event.delayMs} ms, ${event.resumed ? "where it stopped" : "from the start"} (${event.code})`,
          { style: "yellow" },
        );
        break;
      case "identityRetry":
        say(event.identity, `resolving again in ${event.delayMs} ms (${event.code})`, { style: "yellow" });
        break;
      case "datasetEnded": {
        const style = outcomeStyle(event.outcome);
        say(
          event.dataset,
          `${countOf(event.dataset, event.read)}, ${event.outcome}`,
          style === undefined ? {} : { style },
        );
        break;
      }
      case "failed":
        if (isLive) draw(); // the counts at the moment it stopped
        break;
      case "partStarted":
        if (event.again)
          say(
            event.dataset,
            event.records === 0 ? "from the start" : `going on after ${counted(event.records, "record")}`,
          );
        break;
      case "begun":
      case "checkpoint":
      case "partSealed":
      case "assembled":
      case "delivered":
        break;
      default:
        throw new TypeError(`Unknown event: ${JSON.stringify(event satisfies never)}`);
    }
  };
}
