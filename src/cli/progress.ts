import type { ExportEvent } from "../index.ts";

/** Shows an export's progress: one line per dataset, rewritten in place on a terminal; lines as things happen elsewhere. */
export function progress(out: NodeJS.WriteStream): (event: ExportEvent) => void {
  const lines = new Map<string, string>();
  const live = out.isTTY === true;
  let drawn = 0;
  let last = 0;

  const draw = () => {
    out.write(
      `${drawn > 0 ? `\x1b[${drawn}A` : ""}${[...lines].map(([name, line]) => `\x1b[2K  ${name.padEnd(24)} ${line}\n`).join("")}`,
    );
    drawn = lines.size;
  };
  const say = (dataset: string, line: string, always: boolean) => {
    lines.set(dataset, line);
    if (!live) {
      if (always) out.write(`  ${dataset.padEnd(24)} ${line}\n`);
    } else if (always || performance.now() - last > 80) {
      last = performance.now();
      draw();
    }
  };
  const expected = new Map<string, number | null>();

  return (event) => {
    switch (event.type) {
      case "datasetStarted":
        expected.set(event.dataset, event.expected);
        say(event.dataset, "reading", live);
        break;
      case "page": {
        const of = expected.get(event.dataset);
        say(event.dataset, `${event.read}${of === null || of === undefined ? "" : ` of ${of}`} records`, false);
        break;
      }
      case "retry":
        say(event.dataset, `trying again in ${event.delayMs} ms (${event.code})`, true);
        break;
      case "datasetEnded":
        say(event.dataset, `${event.read} records, ${event.outcome}`, true);
        break;
      case "started":
      case "assembled":
      case "delivered":
      case "failed":
        break;
      default:
        throw new TypeError(`Unknown event: ${JSON.stringify(event satisfies never)}`);
    }
  };
}
