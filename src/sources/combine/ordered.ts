import { isPlainObject } from "../../model/json.ts";
import type { Cursor, Page, ReadContext, Source } from "../../model/source.ts";
import { contract } from "../../model/source-error.ts";
import { compareKeys, type KeyParts, keyParts, type SortKey } from "./keys.ts";

/** One source of a merge, and what it is asked. */
export interface Read<R> {
  readonly source: Source<R>;
  readonly context: ReadContext;
}

/** How far one source of a merge was read: a cursor of its own, and the key of its last record that was given. */
type Place = { readonly after?: Cursor; readonly key?: KeyParts };

/** Merges sources that are each in order. The cursor is the places of all of them. */
export async function* orderedPages<R>(
  reads: readonly Read<R>[],
  resumes: boolean,
  order: (record: R) => SortKey,
): AsyncGenerator<Page<R>> {
  const { after, pageRecords } = (reads[0] as Read<R>).context;
  const places = placesOf(after, reads);
  const share = Math.max(1, Math.floor(pageRecords / reads.length));
  const runs = reads.map(({ source, context: { after: _whole, ...context } }, index) => {
    const place = places[index] ?? {};
    return new Run({ source, context: { ...context, pageRecords: share } }, place, resumes, order);
  });
  try {
    let records: R[] = [];
    const page = (): Page<R> => ({ records, ...(resumes ? { cursor: runs.map(({ place }) => place) } : {}) });
    for (const run of runs) await run.fetch();
    for (let first = firstOf(runs); first !== undefined; first = firstOf(runs)) {
      records.push(first.take());
      if (records.length === pageRecords) {
        yield page();
        records = [];
      }
      if (!first.advance()) await first.fetch(); // once per page of a source: a promise per record costs more than the record
    }
    if (records.length > 0) yield page();
  } finally {
    await Promise.allSettled(runs.map((run) => run.close()));
  }
}

/** The run whose next record goes first; of equals the first in the list. */
function firstOf<R>(runs: readonly Run<R>[]): Run<R> | undefined {
  let first: Run<R> | undefined;
  for (const run of runs)
    if (run.next !== undefined && (first?.next === undefined || compareKeys(run.next, first.next, run.name) < 0))
      first = run;
  return first;
}

/** One source of a merge, record by record. */
class Run<R> {
  readonly name: string;
  /** Where the source continues after the last record that was taken. */
  place: Place;
  /** The key of the next record; nothing at the end. */
  next: KeyParts | undefined;
  readonly #open: () => AsyncIterator<Page<R>>;
  #pages: AsyncIterator<Page<R>> | undefined;
  readonly #resumes: boolean;
  readonly #order: (record: R) => SortKey;
  #page: Page<R> = { records: [] };
  #index = 0;
  /** Whether records may still come that were given before the read was resumed. */
  #passing: boolean;

  constructor({ source, context }: Read<R>, place: Place, resumes: boolean, order: (record: R) => SortKey) {
    this.name = source.name;
    this.place = place;
    this.#passing = place.key !== undefined;
    this.#resumes = resumes;
    this.#order = order;
    const { after } = place;
    this.#open = () => source.read(after === undefined ? context : { ...context, after })[Symbol.asyncIterator]();
  }

  /** The next record, which counts as given from now on. */
  take(): R {
    const key = this.next as KeyParts;
    const record = this.#page.records[this.#index++] as R;
    const { after } = this.place;
    const isLast = this.#index === this.#page.records.length;
    const reached = isLast ? this.#page.cursor : after;
    this.place = { key, ...(reached === undefined ? {} : { after: reached }) };
    return record;
  }

  /**
   * Finds the next record in the page that is there. After a resume it passes over what was given of a page before.
   *
   * @returns false when a page is needed: `fetch` then finds it
   */
  advance(): boolean {
    do {
      if (this.#index === this.#page.records.length) {
        this.next = undefined; // also of a record that was passed over
        return false;
      }
      this.next = keyParts(this.#order(this.#page.records[this.#index] as R), this.name);
      if (this.place.key === undefined) return true;
      const isBeyond = compareKeys(this.next, this.place.key, this.name) > 0;
      if (isBeyond) this.#passing = false;
      else if (this.#passing) this.#index++;
      else
        throw contract(
          `Source "${this.name}" is not in the order of the merge, or has a key twice. Order it by the key, texts by their bytes (COLLATE "C").`,
        );
    } while (this.#passing);
    return true;
  }

  /** Fetches pages up to one that has the next record, or to the end. */
  async fetch(): Promise<void> {
    while (!this.advance()) {
      this.#pages ??= this.#open();
      const step = await this.#pages.next();
      if (step.done) return;
      this.#page = step.value;
      this.#index = 0;
      if (this.#resumes && this.#page.cursor === undefined)
        throw contract(`Source "${this.name}" gave a page without a cursor.`);
    }
  }

  async close(): Promise<void> {
    await this.#pages?.return?.();
  }
}

function placesOf<R>(cursor: Cursor | undefined, reads: readonly Read<R>[]): readonly Place[] {
  if (cursor === undefined) return [];
  const places: readonly unknown[] = Array.isArray(cursor) ? cursor : [];
  if (places.length !== reads.length || !places.every(isPlainObject))
    throw contract("The cursor to continue after was not made by this source.");
  return reads.map(({ source }, index) => {
    const { after, key } = places[index] as { readonly after?: Cursor; readonly key?: unknown };
    return {
      ...(after === undefined ? {} : { after }),
      ...(key === undefined ? {} : { key: keyParts(key, source.name) }),
    };
  });
}
