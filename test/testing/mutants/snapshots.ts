import type { OpenSnapshot, Source } from "../../../src/model/source.ts";
import { closeMoment, Moment, openMoment, snapshotSource } from "../notes-snapshots.ts";
import { type NotesSystem, notesSource, wrapped } from "../notes-system.ts";
import type { SourceMutant } from "./sources.ts";

/** The right source with snapshots, but for how one is opened. */
const opening =
  (open: (system: NotesSystem, signal: AbortSignal) => Promise<OpenSnapshot>) =>
  (system: NotesSystem): Source => ({
    ...snapshotSource(system),
    snapshot: { open: (signal) => open(system, signal) },
  });

export const snapshotMutants: readonly SourceMutant[] = [
  {
    mistake: "reads the present under a snapshot",
    breaks: ["snapshot-moment", "snapshot-closed"],
    source: (system) => snapshotSource(system, () => undefined),
  },
  {
    mistake: "counts the present under a snapshot",
    breaks: ["snapshot-moment"],
    source: (system) => {
      const { count } = notesSource(system);
      return { ...snapshotSource(system), ...(count === undefined ? {} : { count }) };
    },
  },
  {
    mistake: "takes a moment of its own for each read under a snapshot",
    breaks: ["snapshot-moment", "snapshot-closed"],
    source: (system) => snapshotSource(system, (token) => (token === undefined ? undefined : [...system.rows])),
  },
  {
    mistake: "gives one snapshot to all, and keeps it",
    breaks: ["snapshot-moment"],
    source: (system) => {
      let first: Moment | undefined;
      return opening(async (system, signal) => {
        const { token, close } = await openMoment(system, signal);
        await close();
        return { token: (first ??= new Moment((token as Moment).rows)), close: async () => undefined };
      })(system);
    },
  },
  {
    mistake: "closes a snapshot for all that opened one",
    breaks: ["snapshot-twice: works"],
    source: (system) => {
      const all: Moment[] = [];
      return opening(async (system, signal) => {
        const opened = await openMoment(system, signal);
        all.push(opened.token as Moment);
        return {
          ...opened,
          async close() {
            await opened.close();
            for (const moment of all) moment.closed = true;
          },
        };
      })(system);
    },
  },
  {
    mistake: "reads the present when its snapshot is closed",
    breaks: ["snapshot-closed"],
    source: (system) =>
      snapshotSource(system, (token) => (token instanceof Moment && !token.closed ? token.rows : undefined)),
  },
  {
    mistake: "throws the driver's own error when its snapshot is closed",
    breaks: ["snapshot-closed: errors"],
    source: (system) =>
      snapshotSource(system, (token) => {
        if (!(token instanceof Moment)) return undefined;
        if (token.closed) throw new Error("session expired");
        return token.rows;
      }),
  },
  {
    mistake: "keeps its connection when the snapshot is closed",
    breaks: ["snapshot-closes", "snapshot-abort"],
    source: opening(async (system, signal) => {
      const { token } = await openMoment(system, signal);
      return { token, close: async () => closeMoment(token as Moment, undefined) };
    }),
  },
  {
    mistake: "keeps its connection when it is aborted while it opens a snapshot",
    breaks: ["snapshot-abort"],
    source: opening(async (system, signal) => {
      try {
        const connection = await system.connect(signal);
        const moment = new Moment(await connection.moment(signal));
        return { token: moment, close: async () => closeMoment(moment, connection) };
      } catch (error) {
        throw wrapped(error, signal);
      }
    }),
  },
  {
    mistake: "does not pass the signal to what opens its snapshot",
    breaks: ["snapshot-abort: answers"],
    source: opening(async (system, signal) => {
      signal.throwIfAborted();
      return openMoment(system, new AbortController().signal);
    }),
  },
  {
    mistake: "opens a snapshot although it was aborted before",
    breaks: ["snapshot-abort"],
    source: opening((system, signal) => openMoment(system, signal.aborted ? new AbortController().signal : signal)),
  },
];
