import { afterAll, describe, it } from "vitest";
import { PortmanteauError, type Source } from "../../src/index.ts";
import { dedupeSource, joinSource, mapSource, mergeSources } from "../../src/sources/combine/index.ts";
import { sourceContract } from "../../src/testing/index.ts";

interface Note {
  readonly id: number;
  readonly owner: string;
  readonly text: string;
}

const runner = { describe, it, afterAll };
const notesOf = (owner: string, count: number): Note[] =>
  Array.from({ length: count }, (_, index) => ({ id: index * 10, owner, text: `note ${index} of ${owner}` }));
const [ada, bob] = ["ada-1", "bob-2"];

/** A table that is written while it is read, as keyset paging sees it, and how many records left it. */
function openTable() {
  let rows = [...notesOf(ada, 30), ...notesOf(bob, 5)];
  const seen = { fetched: 0, open: 0 };
  /** The rows of which `id` has this remainder by two; all without one. */
  const sourceOf = (remainder?: number): Source<Note> => {
    const theirs = (owner: string) =>
      rows
        .filter((row) => row.owner === owner && (remainder === undefined || Math.abs(row.id / 10) % 2 === remainder))
        .sort((a, b) => a.id - b.id);
    return {
      name: "table",
      capabilities: { resume: "cursor", partitions: false, count: true, attachments: false },
      async *read({ subject, after = Number.NEGATIVE_INFINITY, pageRecords, signal }) {
        if (typeof after !== "number") throw new PortmanteauError("SOURCE_CONTRACT", "The cursor is somebody else's.");
        seen.open++;
        try {
          for (let last = after; ; ) {
            signal.throwIfAborted();
            const records = theirs(subject.id)
              .filter(({ id }) => id > last)
              .slice(0, pageRecords)
              .map((row) => ({ ...row }));
            const end = records.at(-1);
            if (end === undefined) return;
            seen.fetched += records.length;
            last = end.id;
            yield { records, cursor: last };
          }
        } finally {
          seen.open--;
        }
      },
      count: async ({ subject }) => theirs(subject.id).length,
      check: async () => undefined,
    };
  };
  return {
    sourceOf,
    fixture: <R extends Note>(source: Source<R>, made: (note: Note) => R) => ({
      source,
      subject: { id: ada },
      expected: notesOf(ada, 30).map(made),
      other: { subject: { id: bob }, expected: notesOf(bob, 5).map(made) },
      nobody: { id: "eve-3" },
      fetched: () => seen.fetched,
      handles: () => seen.open,
      write: {
        insert: async (count: number) => {
          for (let n = 1; n <= count; n++)
            rows.push({ id: (n % 2 === 0 ? 1_000 : -1_000) - 10 * n, owner: ada, text: "new" });
        },
        delete: async (records: readonly R[]) => {
          const gone = new Set(records.map(({ id }) => id));
          rows = rows.filter(({ id, owner }) => owner !== ada || !gone.has(id));
        },
      },
    }),
  };
}
const same = (note: Note) => note;

sourceContract(
  "mapSource",
  () => {
    const { sourceOf, fixture } = openTable();
    const shout = (note: Note) => ({ ...note, text: note.text.toUpperCase() });
    return fixture(mapSource(sourceOf(), shout), shout);
  },
  runner,
);

sourceContract(
  "joinSource",
  () => {
    const { sourceOf, fixture } = openTable();
    const lookup = async (ids: readonly number[]) => new Map(ids.map((id) => [id, `title ${id}`]));
    const joined = joinSource(sourceOf(), { key: ({ id }) => id, lookup, as: "title" });
    return fixture(joined, (note) => ({ ...note, title: `title ${note.id}` }));
  },
  runner,
);

sourceContract(
  "mergeSources, in order",
  () => {
    const { sourceOf, fixture } = openTable();
    return fixture(mergeSources([sourceOf(0), sourceOf(1)], { order: ({ id }) => id }), same);
  },
  runner,
);

sourceContract(
  "mergeSources, in turn",
  () => {
    const { sourceOf, fixture } = openTable();
    const { expected, ...rest } = fixture(mergeSources([sourceOf(0), sourceOf(1)]), same);
    const inTurn = (notes: readonly Note[]) =>
      [0, 1].flatMap((half) => notes.filter(({ id }) => (id / 10) % 2 === half));
    const other = { ...rest.other, expected: inTurn(rest.other.expected) };
    return { ...rest, other, expected: inTurn(expected) };
  },
  runner,
);

for (const maxKeys of [undefined, 1_000])
  sourceContract(
    maxKeys === undefined ? "dedupeSource, of neighbours" : "dedupeSource, of all",
    () => {
      const { sourceOf, fixture } = openTable();
      const twice = mergeSources([sourceOf(), sourceOf()], { order: ({ id }) => id });
      const limit = maxKeys === undefined ? {} : { maxKeys };
      return fixture(dedupeSource(twice, { key: ({ id }) => id, ...limit }), same);
    },
    runner,
  );
