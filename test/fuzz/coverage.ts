import { type Profiler, Session } from "node:inspector";

/** The code that ran: of each function, by its place, which of its characters. */
export type Reached = ReadonlyMap<string, Uint8Array>;

const ours = /\/src\/(?:archive|bundle|codec|model)\//;

/**
 * The code that was reached so far, which V8 counts block by block. It names a block only where its count differs from that of the code
 * around it, so a block that ran as often as its function has no name: what ran is therefore held character by character.
 */
export class Coverage {
  /** One for all, as long as the program runs: V8 does not count blocks in what was compiled under another. */
  static #session: Session | undefined;
  readonly #modules: RegExp;
  readonly #seen = new Map<string, Uint8Array>();
  #characters = 0;

  /** @param modules the paths of what is looked at: the package's own code */
  constructor(modules = ours) {
    this.#modules = modules;
    this.take();
  }

  /** How many characters of the code were reached. */
  get characters(): number {
    return this.#characters;
  }

  /** What ran since anybody asked last. */
  take(): Reached {
    const reached = new Map<string, Uint8Array>();
    // In this process the answer comes before `post` returns.
    Coverage.#connected().post("Profiler.takePreciseCoverage", (_, answer) => {
      for (const { url, functions } of (answer as Profiler.TakePreciseCoverageReturnType).result) {
        if (!this.#modules.test(url)) continue;
        for (const { ranges } of functions) {
          const whole = ranges[0] as Profiler.CoverageRange;
          if (whole.count === 0) continue;
          const ran = new Uint8Array(whole.endOffset - whole.startOffset);
          // Each range lies within one before it, and says it better.
          for (const { startOffset, endOffset, count } of ranges)
            ran.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset);
          reached.set(`${url}:${whole.startOffset}-${whole.endOffset}`, ran);
        }
      }
    });
    return reached;
  }

  /** Whether something was reached that has never been added. */
  isFresh(reached: Reached): boolean {
    for (const [place, ran] of reached) {
      const seen = this.#seen.get(place);
      if (seen === undefined || ran.some((is, at) => is > (seen[at] as number))) return true;
    }
    return false;
  }

  add(reached: Reached): void {
    for (const [place, ran] of reached) {
      const seen = this.#seen.get(place) ?? new Uint8Array(ran.length);
      this.#seen.set(place, seen);
      for (let at = 0; at < ran.length; at++) {
        if ((ran[at] as number) <= (seen[at] as number)) continue;
        seen[at] = 1;
        this.#characters++;
      }
    }
  }

  static #connected(): Session {
    if (Coverage.#session === undefined) {
      const session = new Session();
      session.connect();
      session.post("Profiler.enable");
      session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
      Coverage.#session = session;
    }
    return Coverage.#session;
  }
}
