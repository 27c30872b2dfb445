import { createServer, type Socket } from "node:net";
import { Binary, BSON, Decimal128, Long, MongoClient, type MongoClientOptions, ObjectId, Timestamp } from "mongodb";

type Document = Record<string, unknown>;

/** What a test says before the server answers: an answer of its own, nothing at all, or `undefined` to let it. */
export type Script = (
  command: string,
  body: Document,
  socket: Socket,
) => Document | undefined | "silence" | Promise<Document | undefined | "silence">;

/** No MongoDB can be had from the package registries: `MONGODB_URL` names one to test against, too. */
export const mongodbUrl = process.env["MONGODB_URL"];
export const mongodbNotRun =
  mongodbUrl === undefined
    ? "not run: MongoDB server (MONGODB_URL names none); the real driver is, over a server in process"
    : undefined;
if (mongodbNotRun !== undefined) console.warn(mongodbNotRun);

/**
 * A server in this process that speaks the wire protocol to the real driver, as far as the source needs it: find with a filter, a sort by
 * `_id` and batches, getMore, killCursors, count by aggregate, sessions, snapshots. Its documents are BSON, in the order they are given.
 */
export async function mongodbInProcess(documents: Document[], options: MongoClientOptions = {}) {
  const asked: { readonly command: string; readonly body: Document }[] = [];
  const cursors = new Map<string, Document[]>();
  const sockets = new Set<Socket>();
  let script: Script = () => undefined;
  let lastCursor = 0;
  /** The documents as they were at each moment that a snapshot began, by the increment of its time. */
  const moments = new Map<number, Document[]>();
  const reply = (body: Document): Document => ({ ok: 1, ...body });

  const answers: Record<string, (body: Document) => Document> = {
    hello: () => ({
      isWritablePrimary: true,
      helloOk: true,
      maxBsonObjectSize: 2 ** 24,
      maxMessageSizeBytes: 48e6,
      maxWriteBatchSize: 1e5,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 25,
      setName: "rs",
      hosts: ["127.0.0.1"],
      secondary: false,
    }),
    ping: () => ({}),
    endSessions: () => ({}),
    find: (body) => {
      const { documents, time } = momentOf(body);
      const found = selected(documents, body["filter"] as Document).sort((a, b) => compare(a["_id"], b["_id"]));
      const all = typeof body["limit"] === "number" && body["limit"] > 0 ? found.slice(0, body["limit"]) : found;
      return batch("firstBatch", all, Number(body["batchSize"] ?? 101), String(++lastCursor), time);
    },
    getMore: (body) => {
      const id = String(body["getMore"]);
      const rest = cursors.get(id);
      if (rest === undefined) return { ok: 0, code: 43, codeName: "CursorNotFound", errmsg: "cursor secret not found" };
      return batch("nextBatch", rest, Number(body["batchSize"] ?? 101), id);
    },
    killCursors: (body) => {
      for (const id of body["cursors"] as unknown[]) cursors.delete(String(id));
      return {};
    },
    aggregate: (body) => {
      const [{ $match }] = body["pipeline"] as [{ $match: Document }];
      const n = selected(momentOf(body).documents, $match).length;
      return { cursor: { id: Long.ZERO, ns: "test.documents", firstBatch: n === 0 ? [] : [{ _id: 1, n }] } };
    },
  };
  /** What a command sees: the present, the moment that it names, or, for the first one of a snapshot, a moment that begins with it. */
  function momentOf({ readConcern }: Document): { documents: readonly Document[]; time?: Timestamp } {
    const { level, atClusterTime } = (readConcern ?? {}) as { level?: string; atClusterTime?: Timestamp };
    if (level !== "snapshot") return { documents };
    const time = atClusterTime ?? new Timestamp({ t: 7, i: moments.size + 1 });
    if (!moments.has(time.low)) moments.set(time.low, [...documents]);
    return { documents: moments.get(time.low) ?? [], time };
  }
  const batch = (name: string, rest: Document[], size: number, id: string, atClusterTime?: Timestamp): Document => {
    const later = rest.slice(size);
    if (later.length > 0) cursors.set(id, later);
    else cursors.delete(id);
    return {
      cursor: {
        id: later.length > 0 ? Long.fromString(id) : Long.ZERO,
        ns: "test.documents",
        [name]: rest.slice(0, size),
        ...(atClusterTime === undefined ? {} : { atClusterTime }),
      },
    };
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        const message = rest.subarray(0, rest.readInt32LE(0));
        rest = rest.subarray(message.length);
        void answer(message, socket);
      }
    });
  });
  async function answer(message: Buffer, socket: Socket): Promise<void> {
    const requestId = message.readInt32LE(4);
    const body = BSON.deserialize(message.subarray(21), { promoteValues: true, promoteLongs: false }) as Document; // after header, flags, kind
    const command = Object.keys(body)[0] ?? "";
    if (command !== "hello") asked.push({ command, body });
    const unknown = () => ({ ok: 0, code: 59, codeName: "CommandNotFound", errmsg: `no such command: ${command}` });
    const given = (await script(command, body, socket)) ?? reply((answers[command] ?? unknown)(body));
    if (given === "silence" || socket.destroyed) return;
    const bytes = Buffer.from(BSON.serialize(given, { ignoreUndefined: false }));
    // A field of this name is not written by the driver's serializer, and may be in a database all the same.
    for (let at = bytes.indexOf("_BSONTYPE"); at >= 0; at = bytes.indexOf("_BSONTYPE")) bytes.write("_bsontype", at);
    const header = Buffer.alloc(21);
    header.writeInt32LE(21 + bytes.length, 0); // length of the message
    header.writeInt32LE(requestId, 8); // what it answers
    header.writeInt32LE(2013, 12); // OP_MSG; then flags and the kind of the section, 0
    socket.write(Buffer.concat([header, bytes]));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverApi: "1", // the driver then greets in OP_MSG, too
    serverSelectionTimeoutMS: 2_000,
    retryReads: false,
    monitorCommands: false,
    ...options,
  });
  return {
    client,
    collection: client.db("test").collection("documents"),
    asked,
    cursors,
    /** How many sessions of the driver are open; it has no public count of them. */
    sessions: () =>
      (client as unknown as { readonly s: { readonly activeSessions: Set<unknown> } }).s.activeSessions.size,
    told: (next: Script) => {
      script = next;
    },
    /** Breaks every connection, as a restart does. */
    disconnect: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      script = () => undefined;
      await client.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function selected(documents: readonly Document[], filter: Document): Document[] {
  return documents.filter((document) => matches(document, filter));
}

/** Equality of fields, `$and`, and `$expr` with `$gt` between `_id` and a literal: what the source sends. */
function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    if (field === "$and") return (wanted as Document[]).every((each) => matches(document, each));
    if (field === "$expr") {
      const { $gt } = wanted as { $gt: [string, { $literal: unknown }] };
      if ($gt[0] !== "$_id") throw new Error("an expression that the source does not send");
      return compare(document["_id"], $gt[1].$literal) > 0;
    }
    return compare(document[field], wanted) === 0;
  });
}

/** BSON's order between types, and within those that the tests use. */
function compare(a: unknown, b: unknown): number {
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return left - right;
  if (a instanceof Binary && b instanceof Binary)
    return a.length() - b.length() || a.sub_type - b.sub_type || Buffer.compare(a.value(), b.value());
  if (a instanceof ObjectId && b instanceof ObjectId) return Buffer.compare(a.id, b.id);
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (left === 4) return BSON.EJSON.stringify(a).localeCompare(BSON.EJSON.stringify(b));
  return Number(a) - Number(b);
}

function rank(value: unknown): number {
  if (value === null || value === undefined) return 1;
  if (typeof value === "number" || value instanceof Long || value instanceof Decimal128) return 2;
  if (typeof value === "string") return 3;
  if (value instanceof Binary) return 5;
  if (value instanceof ObjectId) return 6;
  if (typeof value === "boolean") return 7;
  if (value instanceof Date) return 8;
  return 4;
}
