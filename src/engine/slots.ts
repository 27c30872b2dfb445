/** So many pieces of work at once. Of those that wait the one of the lowest order is next, and of the same order the first that came. */
export class Slots {
  #free: number;
  readonly #waiting: { readonly order: number; readonly enter: () => void }[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  async run<T>(order: number, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((enter) => this.#wait({ order, enter }));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next.enter();
    }
  }

  #wait(one: { readonly order: number; readonly enter: () => void }): void {
    const at = this.#waiting.findIndex(({ order }) => order > one.order);
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, one);
  }
}

/** What a step gives for each value, in the order of the values; so many run at once. After a failure none begins. */
export async function mapInLanes<T, R>(
  values: readonly T[],
  lanes: number,
  step: (value: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const left = (function* () {
    yield* values.entries();
  })();
  // Who throws ends the generator that all share.
  const lane = async () => {
    for (const [index, value] of left) results[index] = await step(value);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
