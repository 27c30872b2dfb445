import { PortmanteauError } from "../../model/errors.ts";
import type { JsonObject, JsonValue } from "../../model/json.ts";
import type { Cursor, Page, ReadContext, Snapshot, Source, SourceSubject } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import { recordOf } from "./bson.ts";
import type { MongodbBson, MongodbCollection, MongodbCursor } from "./collection.ts";
import { failure } from "./failure.ts";
import { SnapshotToken } from "./snapshot.ts";

/** Which documents of a collection are the person's. */
export interface MongodbSourceOptions<R = JsonObject> {
  /** A collection of the official driver, version 6 or newer. */
  readonly collection: MongodbCollection;
  /** Which documents are the subject's. An index over its fields and then `_id` makes it cheap. */
  readonly filter: (context: { readonly subject: SourceSubject }) => object;
  /** Which fields the server sends, as the driver takes it; `_id` is always among them. Default: all. */
  readonly projection?: object;
  /** Makes a record of a document, whose values are mapped already. Default: the document is the record. */
  map?(document: JsonObject): R;
  /** From `mongodbSnapshot`: all sources that share it see the database at one moment. */
  readonly snapshot?: Snapshot;
  /** How long the server may work on one read, all its batches together, in milliseconds; 0 is for ever. Default 60,000. */
  readonly maxTimeMs?: number;
  /** `BSON` of the driver that the collection is from. Default: that of the package `mongodb`. Mongoose: `mongoose.mongo.BSON`. */
  readonly BSON?: MongodbBson;
}

/**
 * Reads a dataset from MongoDB: one find, in the order of `_id`, in batches of a page; it goes on after the last `_id`, of whatever
 * types they are. Values are mapped without loss, by a table of this package and not by the client's own settings: see the module.
 *
 * `check` reads one `_id`. An abort ends the read at once, and the query or the cursor on the server (the query with the driver's
 * version 6.13 or newer; before, it runs on until `maxTimeMs`).
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when an option is none. From `read`, `count` and `check`: `SOURCE_UNAVAILABLE` (no server, an
 *   election, a lost cursor; retryable), `SOURCE_TIMEOUT` (`maxTimeMs`; retryable), `SOURCE_FAILED` (everything else, with the code's name),
 *   `SOURCE_CONTRACT` (documents without an `_id`, or with the same one; a collection that ignores the option `raw`), `ABORTED`
 * @example
 * ```ts
 * const source = mongodbSource({
 *   collection: db.collection("orders"),
 *   filter: ({ subject }) => ({ customerId: new ObjectId(subject.id) }),
 * });
 * ```
 */
export function mongodbSource<R = JsonObject>(options: MongodbSourceOptions<R>): Source<R> {
  const { collection, filter, projection = {}, snapshot, maxTimeMs = 60_000 } = options;
  if (typeof collection?.find !== "function") throw invalid("`collection` is no collection of the MongoDB driver.");
  if (typeof filter !== "function") throw invalid("`filter` is a function that gives the subject's filter.");
  if (!Number.isSafeInteger(maxTimeMs) || maxTimeMs < 0) throw invalid("`maxTimeMs` is no whole number from 0.");
  if ("_id" in projection && !projection._id)
    throw invalid("`projection` leaves out `_id`, which reading goes on after.");

  const filterFor = (subject: SourceSubject): object => {
    try {
      return filter({ subject });
    } catch (cause) {
      throw failure(cause, "`filter`");
    }
  };

  function mapped(documents: readonly Uint8Array[]): R[] {
    try {
      return documents.map((document) => {
        const record = recordOf(document);
        return options.map === undefined ? (record as R) : options.map(record);
      });
    } catch (cause) {
      throw failure(cause, "Mapping a document");
    }
  }

  async function* pages(cursor: MongodbCursor, bson: MongodbBson, context: ReadContext, onAnswer: () => void) {
    const { after, pageRecords, signal } = context;
    let last = after === undefined ? undefined : JSON.stringify(after);
    while (await answered(() => cursor.hasNext(), "The query", signal)) {
      onAnswer();
      const documents = bytesOf(cursor.readBufferedDocuments(pageRecords));
      const [first, end] = [idOf(documents[0], bson), idOf(documents.at(-1), bson)];
      if (JSON.stringify(first) === last)
        throw contract("Two documents have the same `_id`, as in some views. Read the collection beneath.");
      last = JSON.stringify(end);
      yield { records: mapped(documents), cursor: end };
    }
  }

  return {
    name: "mongodb",
    capabilities: { resume: "cursor", partitions: false, count: true, attachments: false },
    ...(snapshot === undefined ? {} : { snapshot }),
    async *read(context): AsyncGenerator<Page<R>> {
      const { subject, after, pageRecords, signal } = context;
      const bson = options.BSON ?? (await driverBson());
      if (signal.aborted) throw aborted(signal);
      const theirs = filterFor(subject);
      // The driver's signal closes the connection, which ends a query that has not answered; a cursor that is there it would leave on
      // the server, so that one is closed instead.
      const opening = new AbortController();
      const stopOpening = () => opening.abort(signal.reason);
      const onAnswer = () => signal.removeEventListener("abort", stopOpening);
      signal.addEventListener("abort", stopOpening);
      const cursor = collection.find(after === undefined ? theirs : { $and: [theirs, beyond(after, bson)] }, {
        raw: true,
        projection,
        sort: { _id: 1 },
        batchSize: pageRecords,
        ...limits(context, maxTimeMs),
        signal: opening.signal,
      });
      try {
        yield* pages(cursor, bson, context, onAnswer);
      } finally {
        onAnswer();
        await cursor.close().catch(() => undefined); // why the read ends is what counts
      }
    },
    async count(context) {
      const { subject, signal } = context;
      const theirs = filterFor(subject);
      return answered(() => collection.countDocuments(theirs, limits(context, maxTimeMs)), "The count", signal);
    },
    async check(signal) {
      if (signal.aborted) throw aborted(signal);
      const cursor = collection.find({}, { limit: 1, projection: { _id: 1 }, maxTimeMS: maxTimeMs, signal });
      try {
        await answered(() => cursor.hasNext(), "The check", signal);
      } finally {
        await cursor.close().catch(() => undefined);
      }
    },
  };
}

function limits({ signal, snapshot }: Pick<ReadContext, "signal" | "snapshot">, maxTimeMS: number): object {
  if (snapshot !== undefined && !(snapshot instanceof SnapshotToken))
    throw contract("The snapshot's token is not one that `mongodbSnapshot` gave.");
  return { maxTimeMS, signal, ...(snapshot === undefined ? {} : { session: snapshot.session }) };
}

/** In an expression values of different types have an order; a plain `$gt` would find those of the same type only. */
function beyond(after: Cursor, { EJSON }: MongodbBson): object {
  if (typeof after !== "object" || after === null || !("_id" in after))
    throw contract("The cursor to continue after was not made by this source.");
  const { _id } = EJSON.deserialize(after, { relaxed: false }) as { readonly _id: unknown };
  return { $expr: { $gt: ["$_id", { $literal: _id }] } };
}

function bytesOf(documents: readonly object[]): readonly Uint8Array[] {
  if (documents.every((document) => document instanceof Uint8Array)) return documents;
  throw contract(
    "The collection gives no bytes, which the option `raw` asks for: it must be one of the driver itself.",
  );
}

function idOf(document: Uint8Array | undefined, { deserialize, EJSON }: MongodbBson): Cursor {
  try {
    const { _id } = document === undefined ? {} : deserialize(document, { promoteValues: false });
    if (_id === undefined)
      throw contract("A document has no `_id` to go on after. Read a collection, or a view that keeps it.");
    return EJSON.serialize({ _id }, { relaxed: false }) as JsonValue;
  } catch (cause) {
    throw failure(cause, "Writing an `_id` as Extended JSON");
  }
}

async function driverBson(): Promise<MongodbBson> {
  try {
    return (await import("mongodb")).BSON;
  } catch (cause) {
    throw new PortmanteauError("CONFIG_INVALID", "The package `mongodb` is not here. Install it, or give `BSON`.", {
      cause,
    });
  }
}

/** What the driver answers, its errors translated; `ABORTED` as soon as the signal says so. */
async function answered<T>(ask: () => Promise<T>, what: string, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw aborted(signal);
  let stop!: () => void;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(aborted(signal));
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([ask(), stopped]);
  } catch (cause) {
    throw signal.aborted ? aborted(signal) : failure(cause, what);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function aborted(signal: AbortSignal): PortmanteauError {
  return new PortmanteauError("ABORTED", "Reading from MongoDB was aborted.", { cause: signal.reason });
}
