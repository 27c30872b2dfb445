import { createHash } from "node:crypto";
import type { JsonValue } from "../../model/json.ts";
import type { Failures } from "./failure.ts";
import { at, type HttpNext, keysOf } from "./paging.ts";

/** So many empty pages one after the other are no list any more. */
const maxEmptyPages = 1_000;

/**
 * Sees to it that a list ends, in bounded memory. A place that comes again is found by Brent's algorithm: it is compared with one place
 * kept from before, which moves up after 1, 2, 4, 8, … pages, so a circle of any length is noticed.
 */
export class Progress {
  readonly #failures: Failures;
  #kept: string;
  #sinceKept = 0;
  #power = 1;
  #empty = 0;

  constructor(start: HttpNext | undefined, failures: Failures) {
    this.#failures = failures;
    this.#kept = JSON.stringify(start ?? null);
  }

  /** Before a page is given: where it leads to, and how many records it has. */
  to(next: HttpNext, current: HttpNext | undefined, records: number): void {
    const text = JSON.stringify(next);
    if (text === this.#kept || (current !== undefined && text === JSON.stringify(current)))
      throw this.#failures.contract("a page leads to one that was there before: it would never end. Look at `paging`.");
    this.#empty = records === 0 ? this.#empty + 1 : 0;
    if (this.#empty === maxEmptyPages)
      throw this.#failures.contract(`it gave ${maxEmptyPages} empty pages one after the other. Look at \`paging\`.`);
    if (++this.#sinceKept === this.#power) {
      this.#kept = text;
      this.#sinceKept = 0;
      this.#power *= 2;
    }
  }
}

/** Finds records of the page before: by their key, or, where pages have numbers only, a page that says the same as a whole. */
export class Twins {
  readonly #failures: Failures;
  readonly #key: readonly string[] | undefined;
  readonly #pointer: string | undefined;
  readonly #resumes: boolean;
  #before = new Set<string>();

  constructor(pointer: string | undefined, resumes: boolean, failures: Failures) {
    this.#pointer = pointer;
    this.#key = pointer === undefined ? undefined : keysOf(pointer);
    this.#resumes = resumes;
    this.#failures = failures;
  }

  check(records: readonly JsonValue[]): void {
    if (records.length === 0) return;
    const marks = new Set<string>();
    if (this.#key !== undefined)
      for (const record of records) {
        const key = at(record, this.#key);
        if (typeof key !== "string" && typeof key !== "number")
          throw this.#failures.contract(`a record has no string or number at ${this.#pointer}, which \`key\` names.`);
        const mark = JSON.stringify(key);
        if (marks.has(mark))
          throw this.#failures.contract(`a page holds two records with the same ${this.#pointer}. Look at \`key\`.`);
        marks.add(mark);
      }
    else if (!this.#resumes) marks.add(createHash("sha256").update(JSON.stringify(records)).digest("hex"));
    const repeated = [...marks].filter((mark) => this.#before.has(mark)).length;
    const isWhole = repeated === marks.size && marks.size > 0;
    this.#before = marks;
    if (repeated === 0) return;
    if (isWhole || this.#resumes)
      throw this.#failures.contract(
        "a page repeats records of the page before. Look at `request`: does it pass on `cursor`?",
      );
    throw changed(this.#failures);
  }
}

/** Reading again from the start may succeed. */
export function changed(failures: Failures) {
  return failures.unavailable("the list changed while it was read, and its pages have shifted.");
}
