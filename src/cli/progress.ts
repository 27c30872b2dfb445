import type { ExportEvent, Outcome, RequestProgress } from "../index.ts";
import { type Line, LiveLines } from "./live-lines.ts";
import { Tally } from "./tally.ts";
import { column, isLive, progressOutput, type Style, styled } from "./terminal.ts";

/** How often lines are rewritten on a terminal, and printed elsewhere, while records come in. */
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

export interface Progress {
  onEvent(event: ExportEvent): void;
  /** Takes away what was only for the time of waiting. */
  end(): void;
}

/**
 * Shows how far an export is: on a terminal a line for each dataset that is being read and one for all, rewritten in place; elsewhere a
 * line when a dataset begins and ends, and one in ten seconds between.
 */
export function progress(
  out: NodeJS.WriteStream,
  there?: RequestProgress,
  now: () => number = () => performance.now(),
): Progress {
  const tally = new Tally(there);
  return isLive(out) ? liveProgress(out, tally, now) : plainProgress(out, tally, now);
}

/** Runs an export with its progress on standard error, where it is wanted. */
export async function withProgress<T>(
  there: RequestProgress | undefined,
  run: (onEvent: (event: ExportEvent) => void) => Promise<T>,
): Promise<T> {
  const out = progressOutput();
  if (out === undefined) return run(() => {});
  const { onEvent, end } = progress(out, there);
  try {
    return await run(onEvent);
  } finally {
    end();
  }
}

function liveProgress(out: NodeJS.WriteStream, tally: Tally, now: () => number): Progress {
  const live = new LiveLines(out);
  let drawnAt = Number.NEGATIVE_INFINITY;
  const lineOf = (dataset: string): Line => {
    const outcome = tally.outcomeOf(dataset);
    const style = outcome === undefined ? undefined : outcomeStyle(outcome);
    return { text: `  ${column(dataset)} ${tally.line(dataset, now())}`, style };
  };
  /** Above the lines that are rewritten, and stays. */
  const keep = (lines: readonly Line[]) => {
    live.clear();
    for (const { text, style } of lines) out.write(`${styled(out, style, text)}\n`);
  };
  return {
    onEvent(event) {
      const dataset = tally.take(event, now());
      // What went wrong, and how far the others were at that moment, is for after it.
      if (event.type === "failed") return keep(tally.reading.map(lineOf));
      if (event.type === "delivered") return live.clear();
      if (event.type === "datasetEnded" && outcomeStyle(event.outcome) !== undefined) keep([lineOf(event.dataset)]);
      if (event.type === "identityRetry") keep([{ text: identityLine(event), style: "yellow" }]);
      if (dataset === undefined || (event.type === "page" && now() - drawnAt < redrawMs)) return;
      const total = tally.datasets > 1 ? [{ text: totalOf(tally, now()) }] : [];
      live.draw([...tally.reading.map(lineOf), ...total]);
      drawnAt = now();
    },
    end: () => live.clear(),
  };
}

function plainProgress(out: NodeJS.WriteStream, tally: Tally, now: () => number): Progress {
  const saidAt = new Map<string, number>();
  let allSaidAt = now();
  return {
    onEvent(event) {
      const dataset = tally.take(event, now());
      if (event.type === "identityRetry") out.write(`${identityLine(event)}\n`);
      if (dataset === undefined) return;
      if (event.type === "page" && now() - (saidAt.get(dataset) ?? 0) <= reprintMs) return;
      saidAt.set(dataset, now());
      out.write(`  ${column(dataset)} ${tally.line(dataset, now())}\n`);
      if (event.type !== "page" || tally.datasets === 1 || now() - allSaidAt <= reprintMs) return;
      allSaidAt = now();
      out.write(`${totalOf(tally, now())}\n`);
    },
    end() {},
  };
}

function totalOf(tally: Tally, at: number): string {
  return `  ${column(`in all, ${tally.doneOf}`)} ${tally.totalLine(at)}`;
}

function identityLine({ identity, delayMs, code }: Extract<ExportEvent, { type: "identityRetry" }>): string {
  return `  ${column(identity)} resolving again in ${delayMs} ms (${code})`;
}
