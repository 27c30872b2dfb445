import type { ExportEvent, Outcome, RequestProgress } from "../index.ts";
import { duration, Rate } from "./rate.ts";
import { counted } from "./terminal.ts";

interface Standing {
  read: number;
  /** What the source counted; null where it does not count, and nothing while it has not. */
  expected: number | null | undefined;
  phase: "waiting" | "reading" | "read" | "ended";
  outcome?: Outcome;
  /** Stands in place of the count until more is read. */
  said?: string | undefined;
  /** Several parts are read, each with a count of its own: by their index, what was safe of each before. */
  hasParts: boolean;
  readonly safe: Map<number, number>;
  readonly rate: Rate;
}

/** How far each dataset is, and all together, as the events of an export tell it. */
export class Tally {
  readonly #standings = new Map<string, Standing>();
  readonly #rate = new Rate();

  /** @param there where the request stands that the export goes on with */
  constructor(there: RequestProgress | undefined) {
    for (const { dataset, partition, state, records, expected } of there?.parts ?? []) {
      const standing = this.#of(dataset);
      standing.expected = expected;
      standing.read += records;
      if (partition !== undefined) {
        standing.hasParts = true;
        standing.safe.set(partition, records);
      }
      if (state === "sealed" && partition === undefined) standing.phase = "read";
    }
  }

  /** Takes in what happened at this time. @returns the dataset of which there is something new to say */
  take(event: ExportEvent, at: number): string | undefined {
    switch (event.type) {
      case "started":
        for (const dataset of event.datasets) this.#of(dataset);
        this.#rate.add(at, this.#all().read);
        return undefined;
      case "begun": // all are counted; which is read now, its parts say
        for (const standing of this.#standings.values())
          if (standing.phase === "reading" && standing.read === 0) standing.phase = "waiting";
        return undefined;
      case "datasetStarted": {
        const { expected } = event;
        const said = expected === null ? "reading" : `reading, ${expected} expected`;
        this.#change(event.dataset, at, { phase: "reading", expected, said });
        return event.dataset;
      }
      case "partStarted":
        return this.#takePart(event, at);
      case "page": {
        const { hasParts, read } = this.#of(event.dataset);
        const now = hasParts ? read + event.records : event.read;
        this.#change(event.dataset, at, { phase: "reading", read: now, said: undefined });
        return event.dataset;
      }
      case "partSealed":
        if (event.partition === null) this.#change(event.dataset, at, { phase: "read" });
        return undefined;
      case "retry": {
        const from = event.resumed ? "where it stopped" : "from the start";
        this.#change(event.dataset, at, {
          phase: "reading",
          said: `trying again in ${event.delayMs} ms, ${from} (${event.code})`,
        });
        return event.dataset;
      }
      case "datasetEnded":
        this.#change(event.dataset, at, {
          phase: "ended",
          read: event.read,
          outcome: event.outcome,
          said: undefined,
        });
        return event.dataset;
      case "runStarted":
      case "runEnded":
      case "identityRetry":
      case "checkpoint":
      case "assembleStarted":
      case "assembled":
      case "commitStarted":
      case "delivered":
      case "failed":
        return undefined;
      default:
        throw new TypeError(`Unknown event: ${JSON.stringify(event satisfies never)}`);
    }
  }

  #takePart(event: Extract<ExportEvent, { type: "partStarted" }>, at: number): string | undefined {
    const { dataset, partition, again, records } = event;
    const hasParts = partition !== null;
    const { read, safe } = this.#of(dataset);
    const said = records === 0 ? "from the start" : `going on after ${counted(records, "record")}`;
    this.#change(dataset, at, {
      phase: "reading",
      hasParts,
      read: hasParts ? read + records - (safe.get(partition) ?? 0) : records,
      ...(again ? { said } : {}),
    });
    return again ? dataset : undefined;
  }

  /** What is being read now, in the order in which it was planned. */
  get reading(): readonly string[] {
    return [...this.#standings].filter(([, { phase }]) => phase === "reading").map(([name]) => name);
  }

  get datasets(): number {
    return this.#standings.size;
  }

  outcomeOf(dataset: string): Outcome | undefined {
    return this.#of(dataset).outcome;
  }

  /** `12000 of 50000 records, 5200/s, 8 s left`, or what happened instead. */
  line(dataset: string, at: number): string {
    const { said, outcome, read, expected, rate } = this.#of(dataset);
    if (said !== undefined) return said;
    if (outcome !== undefined) return `${countOf(read, expected)}, ${outcome}`;
    return [countOf(read, expected), ...paceOf(rate, at, read, expected)].join(", ");
  }

  /** The same for all together; how long it takes only when every source has counted. */
  totalLine(at: number): string {
    const { read, expected } = this.#all();
    return [countOf(read, expected), ...paceOf(this.#rate, at, read, expected)].join(", ");
  }

  /** `3 of 12 datasets`. */
  get doneOf(): string {
    return `${this.#all().done} of ${counted(this.#standings.size, "dataset")}`;
  }

  #all(): { readonly done: number; readonly read: number; readonly expected: number | null } {
    let [done, read] = [0, 0];
    let expected: number | null = 0;
    for (const standing of this.#standings.values()) {
      const isDone = standing.phase === "read" || standing.phase === "ended";
      if (isDone) done++;
      read += standing.read;
      const counts: number | null = isDone ? standing.read : (standing.expected ?? null);
      expected = expected === null || counts === null ? null : expected + counts;
    }
    return { done, read, expected };
  }

  #of(dataset: string): Standing {
    let standing = this.#standings.get(dataset);
    if (standing === undefined) {
      standing = { read: 0, expected: undefined, phase: "waiting", hasParts: false, safe: new Map(), rate: new Rate() };
      this.#standings.set(dataset, standing);
    }
    return standing;
  }

  #change(dataset: string, at: number, change: Partial<Standing>): void {
    const standing = Object.assign(this.#of(dataset), change);
    standing.rate.add(at, standing.read);
    this.#rate.add(at, this.#all().read);
  }
}

function countOf(read: number, expected: number | null | undefined): string {
  return typeof expected === "number" ? `${read} of ${counted(expected, "record")}` : counted(read, "record");
}

function paceOf(rate: Rate, at: number, read: number, expected: number | null | undefined): string[] {
  const perSecond = rate.perSecond(at, read);
  if (perSecond === undefined) return [];
  const speed = `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`;
  const left = typeof expected === "number" ? expected - read : 0;
  return left > 0 ? [speed, `${duration(left / perSecond)} left`] : [speed];
}
