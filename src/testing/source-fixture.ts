import type { Source, SourceSubject } from "../model/source.ts";
import type { Fixture } from "./runner.ts";

/**
 * A source, and what it must give. More of it is checked the more of the optional members there are; what is not checked is named by a
 * skipped test.
 */
export interface SourceFixture<R = unknown> extends Fixture {
  /** The source under test. */
  readonly source: Source<R>;
  /** A person with records in it. */
  readonly subject: SourceSubject;
  /** All of the subject's records, in the source's order: at least 12, no two of them equal. */
  readonly expected: readonly R[];
  /** Another person in the same system, with records of their own. */
  readonly other: { readonly subject: SourceSubject; readonly expected: readonly R[] };
  /** Somebody whom the system does not know: a well-formed id. */
  readonly nobody?: SourceSubject;
  /** How many records have left the system so far, over all reads: counted in the server, or in a `map`. */
  fetched?(): number | Promise<number>;
  /** Writes beside the reader, as the application does. Needed from a source with a `snapshot`. */
  readonly write?: {
    /** Adds records of the subject; some stand before the present ones in the source's order, where the order leaves room. */
    insert(count: number): Promise<unknown>;
    /** Takes away some of `expected`. */
    delete(records: readonly R[]): Promise<unknown>;
  };
  /** The files of the records: needed from a source whose `capabilities.attachments` is true. One of them has 500,000 bytes or more. */
  readonly attachments?: {
    /** What was stored as the file of a record, of the subject's or the other's; null for a record without. */
    content(record: R): Uint8Array | null | Promise<Uint8Array | null>;
    /** Takes away the stored file of a record; the record itself may go with it. */
    remove(record: R): unknown;
  };
  /** Breaks every connection that is open at this moment, as a restart of the server would. A later read must work. */
  disconnect?(): Promise<unknown>;
  /** The same adapter over a system that cannot be reached: a retry may mend it. */
  readonly unreachable?: Source<R>;
  /** The same adapter over a system that refuses, which no retry mends: a table that is not there, a wrong password. */
  readonly refused?: Source<R>;
  /** The same adapter over a system that takes the question and never answers. */
  readonly hanging?: Source<R>;
}
