import { random } from "./random.ts";

/** A request as the model sees it. Times in milliseconds. */
export interface ModelRequest {
  readonly at: number;
  /** When it must be answered: the order in which queues give their jobs. */
  readonly dueAt: number;
  /** Records of the log; the datasets of the account always have as many. */
  readonly records: number;
}

const [hourMs, dayMs] = [3_600_000, 86_400_000];

/** What is assumed of a month, in words and numbers: everything that is not measured. */
export const assumed = {
  /** Of the hour: most in the early afternoon, least at night. Mean 1. */
  hourly: (at: number) => 1 - 0.8 * Math.cos((2 * Math.PI * (at - 2 * hourMs)) / dayMs),
  /** Of the day, from Monday. Mean 1. */
  weekly: [1.25, 1.25, 1.25, 1.25, 1.25, 0.375, 0.375],
  /** Most people: a lognormal length of the log. */
  body: { median: 200, sigma: 1.5 },
  /** A few: a Pareto tail, cut off at what nobody has. */
  tail: { share: 0.01, from: 10_000, alpha: 1.1, most: 20_000_000 },
  /** Days until the answer is due, and their shares. */
  terms: [
    { days: 30, share: 0.8 },
    { days: 45, share: 0.15 },
    { days: 15, share: 0.05 },
  ],
} as const;

/** Requests as they come from a Monday on, in order of time. */
export function* monthlyLoad(perMonth: number, days: number, seed: number): Generator<ModelRequest> {
  const { uniform, exponential, normal } = random(seed);
  const { hourly, weekly, body, tail, terms } = assumed;
  const meanMs = (30 * dayMs) / perMonth;
  const most = 1.8 * Math.max(...weekly);
  // Thinned out of a steady stream at the highest rate.
  for (let at = exponential(meanMs / most); at < days * dayMs; at += exponential(meanMs / most)) {
    const rate = hourly(at) * (weekly[Math.floor(at / dayMs) % 7] ?? 1);
    if (uniform() * most > rate) continue;
    const inTail = uniform() < tail.share;
    const records = inTail ? pareto(uniform(), tail) : Math.exp(Math.log(body.median) + body.sigma * normal());
    let of = uniform();
    const term = terms.find(({ share }) => (of -= share) < 0) ?? terms[0];
    yield { at, dueAt: at + term.days * dayMs, records: Math.max(1, Math.round(records)) };
  }
}

function pareto(of: number, { from, alpha, most }: typeof assumed.tail): number {
  const reach = 1 - (from / most) ** alpha;
  return from / (1 - of * reach) ** (1 / alpha);
}
