import { type Profiler, Session } from "node:inspector";

/** Which blocks of the package's own code an input reached that none before it did: V8 counts them. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  get blocks(): number {
    return this.#seen.size;
  }

  /** How many blocks were reached since the last call that had never been reached. */
  fresh(): number {
    const before = this.#seen.size;
    // In this process the answer comes before `post` returns.
    this.#session.post("Profiler.takePreciseCoverage", (_, answer) => {
      for (const { url, functions } of (answer as Profiler.TakePreciseCoverageReturnType).result) {
        if (!/\/src\/(?:archive|bundle|codec|model)\//.test(url)) continue;
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges)
            if (count > 0) this.#seen.add(`${url}:${startOffset}-${endOffset}`);
      }
    });
    return this.#seen.size - before;
  }

  close(): void {
    this.#session.disconnect();
  }
}
