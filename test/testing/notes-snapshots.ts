import { PortmanteauError } from "../../src/model/errors.ts";
import type { OpenSnapshot, Source } from "../../src/model/source.ts";
import {
  type Connection,
  type Note,
  type NotesSystem,
  notesSource,
  readNotes,
  using,
  wrapped,
} from "./notes-system.ts";

/** What a snapshot's `open` gives to the reads. */
export class Moment {
  readonly rows: readonly Note[];
  closed = false;
  constructor(rows: readonly Note[]) {
    this.rows = rows;
  }
}

/** The right source, with snapshots. */
export function snapshotSource(system: NotesSystem, rowsOf = rowsUnder): Source<Note> {
  return {
    ...notesSource(system),
    snapshot: { open: (signal) => openMoment(system, signal) },
    async *read(context) {
      yield* readNotes(system, context, rowsOf(context.snapshot));
    },
    count: ({ subject, signal, snapshot }) =>
      using(system, { signal }, (connection) => connection.count(subject.id, signal, rowsOf(snapshot))),
  };
}

function rowsUnder(token: unknown): readonly Note[] | undefined {
  if (!(token instanceof Moment)) return undefined;
  if (token.closed) throw new PortmanteauError("SOURCE_UNAVAILABLE", "The snapshot was closed. Export again.");
  return token.rows;
}

/** Holds a connection for as long as the moment is open. */
export async function openMoment(system: NotesSystem, signal: AbortSignal): Promise<OpenSnapshot> {
  let connection: Connection | undefined;
  try {
    connection = await system.connect(signal);
    const moment = new Moment(await connection.moment(signal));
    return { token: moment, close: async () => closeMoment(moment, connection) };
  } catch (error) {
    connection?.release();
    throw wrapped(error, signal);
  }
}

export function closeMoment(moment: Moment, connection: Connection | undefined): void {
  moment.closed = true;
  connection?.release();
}
