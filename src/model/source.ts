import type { Attachment } from "./attachment.ts";
import type { JsonValue } from "./json.ts";
import type { RequestType } from "./request.ts";

/** Where to continue after a page: any JSON value that the source itself made. */
export type Cursor = JsonValue;

/** Which of a dataset's records one read gives: any JSON value that the source itself made. It may travel to another machine. */
export type Partition = JsonValue;

/** Some records, in order, and the cursor after the last of them. */
export interface Page<R = unknown> {
  /** The records, in the order of reading; at most `pageRecords`. */
  readonly records: readonly R[];
  /** Needed from a source whose `capabilities.resume` is `"cursor"`. */
  readonly cursor?: Cursor;
  /**
   * The files that come with the records: one for each, in the same order, `null` for a record without. Needed from a source whose
   * `capabilities.attachments` is true. A record has at most one; several of one thing are records of a dataset of their own.
   */
  readonly attachments?: readonly (Attachment | null)[];
}

/** What a source can do. Data, not methods: it chooses the engine's behaviour and the contract's tests. */
export interface SourceCapabilities {
  /** `"cursor"`: `read` continues after `context.after`. `"none"`: a failed read starts again. */
  readonly resume: "none" | "cursor";
  /** Whether `partitions` is there: one read can be divided among several. */
  readonly partitions: boolean;
  /** Whether `count` is there. */
  readonly count: boolean;
  /** Whether records come with binary files, as `Page.attachments`. The record schema then has a property `file`. */
  readonly attachments: boolean;
}

/** The person, as this source knows them. */
export interface SourceSubject {
  /** The key to ask for: the request's `subject.id`, or the identity that the dataset names. */
  readonly id: string;
}

/** What a source is given to read one person. */
export interface ReadContext {
  /** Whose records. */
  readonly subject: SourceSubject;
  /** What was asked for: a source may read less for portability. */
  readonly requestType: RequestType;
  /** Continue after this cursor. Absent: from the start, of the partition where one is given. */
  readonly after?: Cursor;
  /** Give the records of this partition only, one of those that `partitions` gave. Absent: all records. `count` never gets one. */
  readonly partition?: Partition;
  /** How many records a page should hold at most. */
  readonly pageRecords: number;
  /** Aborted when the result is no longer wanted; a source stops its query then. */
  readonly signal: AbortSignal;
  /** What the source's own `snapshot.open` gave for this export. */
  readonly snapshot?: unknown;
}

/** One frozen view shared by all sources that name the same object, for the length of an export. */
export interface Snapshot {
  /** Opens one moment for all datasets that share it. */
  open(signal: AbortSignal): Promise<OpenSnapshot>;
}

/** A snapshot that is open. */
export interface OpenSnapshot {
  /** Given to the sources as `context.snapshot`. */
  readonly token: unknown;
  /** Ends it; called once, when everything is read or the export has failed. */
  close(): Promise<void>;
}

/** What a source asks a database, for those who want to know what is read. */
export interface SourceQuery {
  readonly dialect: "postgres" | "mysql" | "sqlite";
  /** One statement, with placeholders for its parameters. */
  readonly text: string;
  /** The client it is asked through: sources of one database name the same object. */
  readonly client: object;
}

/**
 * How a dataset is read. An adapter is a factory that returns one of these.
 *
 * `read` yields pages in a stable order and ends when there are no more: there is no `done` flag. An error is thrown, never returned.
 * A generator closes what it opened in `finally`; the engine always ends the iteration.
 */
export interface Source<R = unknown> {
  /** The adapter's name, for messages: `"postgres"`. */
  readonly name: string;
  /** What it can do. It decides how it is used, and which tests of the contract apply. */
  readonly capabilities: SourceCapabilities;
  /**
   * How one read stands to concurrent writes: a frozen view of the dataset, or none promised. `"mixed"`: parts of it show other moments
   * than the rest, also with a snapshot. Default `"none"`.
   */
  readonly consistency?: "dataset" | "none" | "mixed";
  /** When set, the engine opens it once per export and hands its token to every read. */
  readonly snapshot?: Snapshot;
  /** Reads one person, page by page. An error is thrown, never returned. */
  read(context: ReadContext): AsyncIterable<Page<R>>;
  /** Counted independently of `read`: the proof that nothing is missing. */
  count?(context: ReadContext): Promise<number>;
  /**
   * Divides the subject's records for reading side by side: 1 to 256 partitions, of which every record is in exactly one, also a record
   * that is written meanwhile. Their order is the order of the records: read one after the other they give what one read gives. Same
   * records, same partitions: the bundle's bytes depend on where they end. A source with attachments is read as a whole all the same.
   */
  partitions?(context: ReadContext): Promise<readonly Partition[]>;
  /** Can we connect, does the table exist, is the query sound. Throws when not. */
  check?(signal: AbortSignal): Promise<void>;
  /** What `read` asks on its first page, of an empty subject; it asks nothing itself. The names of the result are those of the record's fields. */
  query?(): SourceQuery;
}
