/** A rate is that of the last ten seconds: a slow start, or a source that gets slower, must not be averaged away. */
const windowMs = 10_000;
const betweenSamplesMs = 250;
/** From less nothing is told. */
const leastMs = 1_000;

/** How fast a count grows. */
export class Rate {
  #samples: { readonly at: number; readonly count: number }[] = [];

  add(at: number, count: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && count < last.count)
      this.#samples = []; // read again from the start
    else if (last !== undefined && at - last.at < betweenSamplesMs) return;
    this.#samples.push({ at, count });
    while ((this.#samples[1]?.at ?? at) < at - windowMs) this.#samples.shift();
  }

  /** Per second; nothing while it is too early to tell. */
  perSecond(at: number, count: number): number | undefined {
    const [first] = this.#samples;
    if (first === undefined || at - first.at < leastMs || count <= first.count) return undefined;
    return ((count - first.count) * 1000) / (at - first.at);
  }
}

/** `40 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.ceil(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
