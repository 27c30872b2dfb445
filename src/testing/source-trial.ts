import type { PortmanteauError } from "../model/errors.ts";
import type { Page, ReadContext, Source } from "../model/source.ts";
import { ContractBroken } from "./broken.ts";
import type { SourceFixture } from "./source-fixture.ts";
import { Trial } from "./trial.ts";

export interface ReadOptions extends Partial<ReadContext> {
  /** Default: the fixture's source. */
  readonly source?: Source;
  /** Ends the read as a consumer does that leaves its loop, after so many pages. */
  readonly stopAfter?: number;
  /** Called with each page as it comes, and its number from 1. */
  readonly onPage?: (page: Page, number: number) => unknown;
}

/** What the rules try a source with: reads that always end, and say in the adapter developer's words why they could not. */
export class SourceTrial extends Trial<SourceFixture> {
  readonly source: Source;
  readonly expected: readonly unknown[];

  constructor(fixture: SourceFixture, patienceMs: number) {
    super(fixture, patienceMs);
    this.source = fixture.source;
    this.expected = fixture.expected;
  }

  context(changes: Partial<ReadContext> = {}): ReadContext {
    const { signal } = new AbortController();
    return { subject: this.fixture.subject, requestType: "access", pageRecords: 3, signal, ...changes };
  }

  /** Begins a read. Whether `read` throws at once or its first page does is the same to the exporter. */
  open(source: Source, context: ReadContext): AsyncIterator<Page> {
    try {
      return source.read(context)[Symbol.asyncIterator]();
    } catch (error) {
      return { next: () => Promise.reject(error) };
    }
  }

  /** All pages of one read, each of which is a page at least by its shape. */
  async pages(options: ReadOptions = {}): Promise<Page[]> {
    const { source = this.source, stopAfter = Number.POSITIVE_INFINITY, onPage, ...changes } = options;
    const iterator = this.open(source, this.context(changes));
    // Nearly empty pages are allowed; a source that gives only those would never end.
    const most = 4 * (this.expected.length + this.fixture.other.expected.length) + 20;
    const pages: Page[] = [];
    let ended = false;
    try {
      for (;;) {
        const step = await this.answer(iterator.next(), `page ${pages.length + 1}`);
        if (step.done) {
          ended = true;
          return pages;
        }
        const page = wellShaped(step.value);
        pages.push(page);
        await onPage?.(page, pages.length);
        if (pages.length >= stopAfter) return pages;
        if (pages.length > most)
          throw new ContractBroken(
            "ends",
            `The read gave more than ${most} pages for ${this.expected.length} records and went on.`,
            "End the generator when there are no more records: return when the system gives no further page.",
          );
      }
    } finally {
      if (!ended && iterator.return !== undefined) await this.answer(iterator.return(), "the end of the iteration");
    }
  }

  async records(options: ReadOptions = {}): Promise<unknown[]> {
    return (await this.pages(options)).flatMap(({ records }) => [...records]);
  }

  /** How a read that something befalls ended: the pages that came, and the error, if one did. */
  async attempt(options: ReadOptions = {}): Promise<{ readonly pages: Page[]; readonly error?: unknown }> {
    const pages: Page[] = [];
    const { onPage, ...others } = options;
    try {
      await this.pages({
        ...others,
        onPage: async (page, number) => {
          pages.push(page);
          await onPage?.(page, number);
        },
      });
      return { pages };
    } catch (broken) {
      if (broken instanceof ContractBroken && broken.rule === "works") return { pages, error: broken.cause };
      throw broken;
    }
  }

  override typed(error: unknown, what: string, subjectId?: string): PortmanteauError {
    const typed = super.typed(error, what);
    this.#quiet(typed, what, subjectId);
    return typed;
  }

  /** Looks for personal data in an error's own words. */
  #quiet(error: PortmanteauError, what: string, subjectId = ""): void {
    const words = `${error.message}\n${JSON.stringify(error)}`;
    const { subject, expected, other } = this.fixture;
    for (const id of [subject.id, other.subject.id, subjectId])
      if (containsWord(words, id))
        throw new ContractBroken(
          "quiet",
          `The error of ${what} names the subject: ${error.message}`,
          "Say which system and operation failed, not for whom. The driver's own error goes into `cause`, which is never printed.",
          error,
        );
    for (const text of [...expected, ...other.expected].flatMap(textsOf))
      if (words.includes(text))
        throw new ContractBroken(
          "quiet",
          `The error of ${what} quotes a record's value: ${error.message}`,
          "Write the message yourself; the driver's words can quote data and belong into `cause`, which is never printed.",
          error,
        );
  }
}

function wellShaped(page: unknown): Page {
  const records = typeof page === "object" && page !== null && "records" in page ? page.records : undefined;
  if (!Array.isArray(records))
    throw new ContractBroken("shape", "What was given is no page.", "Yield { records: [...], cursor }.");
  return page as Page;
}

/** The texts inside a record that are long enough to be nobody else's words. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value.length >= 6 ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function containsWord(words: string, word: string): boolean {
  if (word.length < 3) return false; // every sentence has words like these
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "u").test(words);
}
