import { PortmanteauError } from "../../src/model/errors.ts";
import type { Page, ReadContext, Source } from "../../src/model/source.ts";
import type { SourceFixture } from "../../src/testing/index.ts";

export interface Note {
  readonly key: number;
  readonly owner: string;
  readonly text: string;
  readonly at: string;
}

export interface Question {
  readonly owner: string;
  readonly after?: number;
  readonly skip?: number;
  /** The last key that is wanted. */
  readonly until?: number;
  /** The rows of another moment than the present. */
  readonly rows?: readonly Note[] | undefined;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A small database in memory, with what a real one has: a pool of connections that break, paging, and writers beside the reader. */
export class NotesSystem {
  readonly connections = new Set<Connection>();
  /** How many rows have left the system. */
  fetched = 0;
  state: "well" | "unreachable" | "refusing" | "hanging" = "well";
  rows: Note[];
  /** What lies in the store of files, by `OWNER/KEY`. */
  readonly files = new Map<string, Uint8Array>();
  /** How many files are open. */
  openFiles = 0;
  readonly waiting: (() => void)[] = [];
  /** Broken connections that were given back are lent again, as some pools do. */
  readonly broken: Connection[] = [];

  readonly poolSize: number;

  constructor(rows: readonly Note[], poolSize = 1_000) {
    this.poolSize = poolSize;
    this.rows = [...rows];
  }

  async connect(signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    await turn();
    if (this.state === "unreachable") throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    if (this.connections.size >= this.poolSize) await this.#released(signal);
    const connection = this.broken.pop() ?? new Connection(this);
    this.connections.add(connection);
    return connection;
  }

  /** Waits, in turn, until a connection is given back. */
  #released(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      this.waiting.push(resolve);
    });
  }

  /** Ends every connection in use, as a restart does. */
  disconnect(): void {
    for (const connection of this.connections) connection.ended = true;
  }
}

export class Connection {
  ended = false;
  readonly #system: NotesSystem;

  constructor(system: NotesSystem) {
    this.#system = system;
  }

  async select({
    owner,
    after = Number.NEGATIVE_INFINITY,
    until = Number.POSITIVE_INFINITY,
    skip = 0,
    limit,
    signal,
    rows,
  }: Question): Promise<Note[]> {
    await this.#asked(signal);
    const found = (rows ?? this.#system.rows)
      .filter((row) => row.owner === owner && row.key > after && row.key <= until)
      .sort((one, other) => one.key - other.key)
      .slice(skip, limit === undefined ? undefined : skip + limit)
      .map((row) => ({ ...row }));
    this.#system.fetched += found.length;
    return found;
  }

  async count(owner: string, signal?: AbortSignal, rows?: readonly Note[]): Promise<number> {
    await this.#asked(signal);
    return (rows ?? this.#system.rows).filter((row) => row.owner === owner).length;
  }

  /** The rows as they are at this moment. */
  async moment(signal: AbortSignal): Promise<readonly Note[]> {
    await this.#asked(signal);
    return [...this.#system.rows];
  }

  async #asked(signal?: AbortSignal): Promise<void> {
    await turn();
    const { state } = this.#system;
    if (this.ended) throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    if (state === "refusing") throw new Error('no table "note"; the row was (secret diary of ada)');
    signal?.throwIfAborted(); // an event that is over does not come again
    if (state === "hanging")
      await new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  }

  release(): void {
    if (this.#system.connections.delete(this)) this.#system.waiting.shift()?.();
  }
}

export function wrapped(error: unknown, signal: AbortSignal): unknown {
  if (PortmanteauError.is(error) || error === signal.reason) return error;
  return error instanceof Error && "code" in error
    ? new PortmanteauError("SOURCE_UNAVAILABLE", "The notes are not reachable.", { retryable: true, cause: error })
    : new PortmanteauError("SOURCE_FAILED", "The notes could not be read.", { cause: error });
}

export function keyOf(after: unknown): number | undefined {
  if (after === undefined || typeof after === "number") return after;
  throw new PortmanteauError("SOURCE_CONTRACT", "The cursor to continue after was not made by this source.");
}

export async function using<T>(
  system: NotesSystem,
  { signal }: Pick<ReadContext, "signal">,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  let connection: Connection | undefined;
  try {
    connection = await system.connect(signal);
    return await ask(connection);
  } catch (error) {
    throw wrapped(error, signal);
  } finally {
    connection?.release();
  }
}

/** A right source, to compare the wrong ones with. */
export function notesSource(system: NotesSystem): Source<Note> {
  return {
    name: "notes",
    capabilities: { resume: "cursor", partitions: false, count: true, attachments: false },
    read: (context) => readNotes(system, context),
    count: (context) => using(system, context, (connection) => connection.count(context.subject.id, context.signal)),
    check: (signal) => using(system, { signal }, (connection) => connection.count("", signal).then(() => undefined)),
  };
}

/** Another right one, in partitions of eight records. */
export function dividedSource(system: NotesSystem): Source<Note> {
  const source = notesSource(system);
  return {
    ...source,
    capabilities: { ...source.capabilities, partitions: true },
    partitions: (context) =>
      using(system, context, async (connection) => {
        const keys = (await connection.select({ owner: context.subject.id, signal: context.signal })).map(
          ({ key }) => key,
        );
        const ends = keys.filter((_key, index) => index % 8 === 7 && index < keys.length - 1);
        return [null, ...ends].map((after, index) => [after, ends[index] ?? null]);
      }),
  };
}

export async function* readNotes(
  system: NotesSystem,
  { subject, after, partition, pageRecords, signal }: ReadContext,
  rows?: readonly Note[],
): AsyncGenerator<Page<Note>> {
  const [beginning, end] = (partition ?? [null, null]) as readonly [number | null, number | null];
  let key = keyOf(after) ?? beginning ?? undefined;
  let connection: Connection | undefined;
  try {
    connection = await system.connect(signal);
    for (;;) {
      const question = { owner: subject.id, limit: pageRecords, signal, rows, ...(end === null ? {} : { until: end }) };
      const records = await connection.select(key === undefined ? question : { ...question, after: key });
      const last = records.at(-1);
      if (last !== undefined) yield { records, cursor: (key = last.key) };
      if (records.length < pageRecords) return;
    }
  } catch (error) {
    throw wrapped(error, signal);
  } finally {
    connection?.release();
  }
}

function notesOf(owner: string, count: number, from: number): Note[] {
  return Array.from({ length: count }, (_, index) => ({
    key: from + 2 * index,
    owner,
    text: `${owner} wrote note ${index}`,
    at: new Date(Date.UTC(2026, 0, 1, index)).toISOString(),
  }));
}

export function fileKey({ owner, key }: Note): string {
  return `${owner}/${key}`;
}

/** What the file of a note holds: a small text, one that takes several chunks, nothing, and some have none. */
function storedFile(note: Note): Uint8Array | null {
  if (note.key % 5 === 0) return null;
  const text = Buffer.from(`The file of ${fileKey(note)}. `);
  return note.key % 7 === 0 ? Buffer.alloc(0) : note.key % 11 === 0 ? Buffer.alloc(500_000, text) : text;
}

/** Everything that the contract can ask of an adapter over the system. */
export function notesFixture(adapter: (system: NotesSystem) => Source = notesSource, poolSize?: number): SourceFixture {
  const expected = notesOf("ada-17", 25, 100);
  const others = notesOf("bob-23", 5, 101);
  const system = new NotesSystem([...expected, ...others], poolSize);
  for (const row of system.rows) {
    const content = storedFile(row);
    if (content !== null) system.files.set(fileKey(row), content);
  }
  const inState = (state: NotesSystem["state"]) => {
    const other = new NotesSystem(system.rows);
    other.state = state;
    return { source: adapter(other), other };
  };
  const troubled = [inState("unreachable"), inState("refusing"), inState("hanging")] as const;
  return {
    source: adapter(system),
    subject: { id: "ada-17" },
    expected,
    other: { subject: { id: "bob-23" }, expected: others },
    nobody: { id: "eve-31" },
    handles: () =>
      [system, ...troubled.map(({ other }) => other)].reduce(
        (sum, { connections, openFiles }) => sum + connections.size + openFiles,
        0,
      ),
    attachments: {
      content: (record) => storedFile(record as Note),
      remove: (record) => system.files.delete(fileKey(record as Note)),
    },
    fetched: () => system.fetched,
    write: {
      async insert(count) {
        for (let n = 1; n <= count; n++)
          system.rows.push({ key: -n, owner: "ada-17", text: `ada-17 came later ${n}`, at: "2026-02-01" });
      },
      async delete(records) {
        const keys = new Set((records as Note[]).map(({ key }) => key));
        system.rows = system.rows.filter(({ key }) => !keys.has(key));
      },
    },
    disconnect: async () => system.disconnect(),
    unreachable: troubled[0].source,
    refused: troubled[1].source,
    hanging: troubled[2].source,
  };
}
