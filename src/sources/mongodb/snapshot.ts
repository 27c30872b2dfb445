import { PortmanteauError } from "../../model/errors.ts";
import type { Snapshot } from "../../model/source.ts";
import type { MongodbClient, MongodbCollection, MongodbSession } from "./collection.ts";
import { failure } from "./failure.ts";

/** What `open` hands to the reads of one export. */
export class SnapshotToken {
  readonly session: MongodbSession;
  constructor(session: MongodbSession) {
    this.session = session;
  }
}

/**
 * A view of the database at one moment, for every source that names it: a snapshot session (MongoDB 5 or newer; a replica set or a
 * sharded cluster). The server keeps such a moment for `minSnapshotHistoryWindowInSeconds`, five minutes by default: an export must
 * not take longer.
 *
 * @param options.collection Any collection of the client: one read there fixes the moment
 * @throws {PortmanteauError} from `open`: `SOURCE_UNAVAILABLE`, `SOURCE_FAILED`, `ABORTED`
 * @example
 * ```ts
 * const snapshot = mongodbSnapshot({ client, collection: db.collection("orders") });
 * const orders = mongodbSource({ collection: db.collection("orders"), snapshot, filter: ({ subject }) => ({ customerId: subject.id }) });
 * ```
 */
export function mongodbSnapshot(options: {
  readonly client: MongodbClient;
  readonly collection: MongodbCollection;
}): Snapshot {
  const { client, collection } = options;
  return {
    open: async (signal) => {
      if (signal.aborted) throw new PortmanteauError("ABORTED", "Reading from MongoDB was aborted.");
      const session = client.startSession({ snapshot: true });
      const close = () => session.endSession();
      // Until the first answer each read would have a moment of its own.
      const first = collection.find({}, { session, limit: 1, projection: { _id: 1 }, signal });
      try {
        await first.hasNext();
      } catch (cause) {
        await close().catch(() => undefined); // the reason is the read's
        throw failure(cause, "Opening the snapshot");
      } finally {
        await first.close().catch(() => undefined);
      }
      return { token: new SnapshotToken(session), close };
    },
  };
}
