type Months = ReadonlyMap<string, number> | undefined;
type MonthList = readonly { readonly month: string; readonly count: number }[] | null;

/** Records of more months than this are not counted by month: what is held stays small whatever a source gives. */
export const mostMonths = 1_200;

/**
 * Counts records by month, for the page. Records mostly come in the order of their time, so that one of the same month as the one before
 * costs a comparison of seven letters.
 */
export class MonthCounts {
  readonly #counts: Map<string, number>;
  #isKnown: boolean;
  #month = "";
  #run = 0;

  /** @param start what an earlier one had counted; `undefined` when it had given up */
  constructor(start: Months) {
    this.#counts = new Map(start);
    this.#isKnown = start !== undefined;
  }

  /** @param instant in UTC, with a year of four digits */
  add(instant: string): void {
    if (this.#run === 0 || !instant.startsWith(this.#month)) {
      this.#put();
      this.#month = instant.slice(0, 7);
    }
    this.#run++;
  }

  addAll(counts: Months): void {
    this.#put();
    if (counts === undefined) this.#isKnown = false;
    for (const [month, count] of counts ?? []) this.#count(month, count);
  }

  /** In the order of the months; nothing when there are too many. */
  get counts(): Months {
    this.#put();
    if (!this.#isKnown) return undefined;
    return new Map([...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  #put(): void {
    if (this.#run > 0) this.#count(this.#month, this.#run);
    this.#run = 0;
  }

  #count(month: string, count: number): void {
    if (!this.#isKnown) return;
    this.#counts.set(month, (this.#counts.get(month) ?? 0) + count);
    if (this.#counts.size <= mostMonths) return;
    this.#isKnown = false;
    this.#counts.clear();
  }
}

/** As a journal keeps them. */
export function monthList(months: Months): { month: string; count: number }[] | null {
  return months === undefined ? null : [...months].map(([month, count]) => ({ month, count }));
}

export function monthsIn(list: MonthList): Months {
  return list === null ? undefined : new Map(list.map(({ month, count }) => [month, count]));
}
