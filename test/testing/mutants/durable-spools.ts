import { checkObject, checkObjectPrefix, type DurableSpool, PortmanteauError } from "portmanteau";
import type { DurableSpoolFixture } from "portmanteau/testing";

/** What stands for a store outside. */
interface Place {
  readonly objects: Map<string, Uint8Array>;
  /** Of writes that were broken off. */
  readonly unfinished: Map<string, Uint8Array>;
  /** How many lists are open. */
  open: number;
}

export interface DurableMutant {
  readonly mistake: string;
  readonly breaks: readonly string[];
  /** What is done wrong; `right` is the spool that does it right. */
  readonly wrong?: (right: DurableSpool, place: Place) => Partial<DurableSpool>;
  readonly wrongPlace?: (place: Place) => Partial<DurableSpoolFixture>;
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve));
const away = () => new PortmanteauError("SPOOL_FAILED", "The store is away.", { retryable: true });
const copy = (bytes: Uint8Array | undefined) => bytes && Uint8Array.from(bytes);

/** A durable spool in memory with all that a fixture can have. */
export function durablePlace({ wrong, wrongPlace }: Partial<DurableMutant> = {}): DurableSpoolFixture {
  const place: Place = { objects: new Map(), unfinished: new Map(), open: 0 };
  const refuse = async () => {
    throw away();
  };
  return {
    spool() {
      const right = rightSpool(place);
      return { ...right, ...wrong?.(right, place) };
    },
    stored: async () => [...place.objects.values(), ...place.unfinished.values()],
    interrupt: async (path, bytes) => place.unfinished.set(path, bytes.slice(0, bytes.length / 2)),
    unreadable: () => ({
      name: "away",
      put: refuse,
      get: refuse,
      list: () => refusedList(away()),
      delete: refuse,
      check: refuse,
    }),
    handles: () => place.open,
    ...wrongPlace?.(place),
  };
}

function rightSpool(place: Place): DurableSpool {
  const { objects, unfinished } = place;
  return {
    name: "place",
    async put(path, bytes) {
      checkObject(path, bytes);
      objects.set(path, Uint8Array.from(bytes));
    },
    async get(path) {
      checkObject(path);
      return copy(objects.get(path));
    },
    async *list(prefix) {
      checkObjectPrefix(prefix);
      place.open++;
      try {
        for (const path of [...objects.keys()]) if (path.startsWith(prefix)) yield path;
      } finally {
        place.open--;
      }
    },
    async delete(path) {
      checkObject(path);
      objects.delete(path);
      unfinished.delete(path);
    },
    async check() {},
  };
}

// biome-ignore lint/correctness/useYield: it fails before there is anything to give
async function* refusedList(error: unknown): AsyncGenerator<string> {
  throw error;
}

/** Refuses as the spool does, but with another error. */
function refusingWith(error: () => unknown, right: DurableSpool): Partial<DurableSpool> {
  const instead = <A extends unknown[], T>(call: (...given: A) => Promise<T>) => {
    return (...given: A) => call(...given).catch(() => Promise.reject(error()));
  };
  return { put: instead(right.put), get: instead(right.get), delete: instead(right.delete) };
}

export const durableMutants: readonly DurableMutant[] = [
  {
    mistake: "stores text",
    breaks: ["round-trip", "replaces"],
    wrong: (right) => ({ put: (path, bytes) => right.put(path, Buffer.from(Buffer.from(bytes).toString())) }),
  },
  {
    mistake: "takes an empty object for none",
    breaks: ["round-trip", "replaces"],
    wrong: (right) => ({
      async get(path) {
        const bytes = await right.get(path);
        return bytes?.length === 0 ? undefined : bytes;
      },
    }),
  },
  {
    mistake: "loses what is above a megabyte",
    breaks: ["round-trip"],
    wrong: (right) => ({
      async put(path, bytes) {
        checkObject(path, bytes);
        await right.put(path, bytes.subarray(0, 1_048_576));
      },
    }),
  },
  {
    mistake: "leaves open what it read",
    breaks: ["round-trip"],
    wrong: (right, place) => ({
      async get(path) {
        place.open++;
        return right.get(path);
      },
    }),
  },
  {
    mistake: "keeps the caller's buffer",
    breaks: ["own-bytes"],
    wrong: (_right, { objects }) => ({
      async put(path, bytes) {
        checkObject(path, bytes);
        objects.set(path, bytes);
      },
    }),
  },
  {
    mistake: "gives its own bytes away",
    breaks: ["own-bytes"],
    wrong: (right, { objects }) => ({ get: async (path) => (await right.get(path)) && objects.get(path) }),
  },
  {
    mistake: "keeps the first object",
    breaks: ["round-trip", "replaces", "shared", "interrupted"],
    wrong: (right, { objects }) => ({
      put: async (path, bytes) => (objects.has(path) ? undefined : right.put(path, bytes)),
    }),
  },
  {
    mistake: "writes over the beginning of a longer object",
    breaks: ["replaces", "whole"],
    wrong: (right, { objects }) => ({
      async put(path, bytes) {
        checkObject(path, bytes);
        const older = objects.get(path) ?? new Uint8Array();
        await right.put(path, Buffer.concat([bytes, older.subarray(bytes.length)]));
      },
    }),
  },
  {
    mistake: "throws for an object that is absent",
    breaks: ["absent: works", "delete: works", "paths: works", "shared: works", "interrupted: works"],
    wrong: (right) => ({
      async get(path) {
        const bytes = await right.get(path);
        if (bytes === undefined) throw new PortmanteauError("SPOOL_FAILED", "There is no such object.");
        return bytes;
      },
    }),
  },
  {
    mistake: "gives a folder as an empty object",
    breaks: ["absent"],
    wrong: (right, { objects }) => ({
      async get(path) {
        const isFolder = [...objects.keys()].some((each) => each.startsWith(`${path}/`));
        return (await right.get(path)) ?? (isFolder ? new Uint8Array() : undefined);
      },
    }),
  },
  {
    mistake: "cannot delete what is absent",
    breaks: ["delete: works", "interrupted: works"],
    wrong: (right, { objects }) => ({
      async delete(path) {
        checkObject(path);
        if (!objects.has(path)) throw away();
        await right.delete(path);
      },
    }),
  },
  {
    mistake: "deletes everything that begins with the path",
    breaks: ["delete"],
    wrong: (right, { objects }) => ({
      async delete(path) {
        await right.delete(path);
        for (const each of objects.keys()) if (each.startsWith(path)) objects.delete(each);
      },
    }),
  },
  {
    mistake: "keeps a version of what was deleted",
    breaks: ["nothing-left", "interrupted"],
    wrong: (right, { objects, unfinished }) => ({
      async delete(path) {
        const bytes = objects.get(path);
        await right.delete(path);
        if (bytes !== undefined) unfinished.set(path, bytes);
      },
    }),
  },
  {
    mistake: "uses names as the keys of plain objects",
    breaks: ["paths"],
    wrong: (right) => {
      const names: Record<string, unknown> = {};
      return {
        async get(path) {
          const bytes = await right.get(path);
          return bytes ?? (names[path.split("/").at(-1) ?? ""] === undefined ? undefined : new Uint8Array());
        },
      };
    },
  },
  {
    mistake: "cuts long paths",
    breaks: ["paths"],
    wrong: (right) => ({ put: (path, bytes) => right.put(path.length <= 200 ? path.slice(0, 149) : path, bytes) }),
  },
  {
    mistake: "takes every path",
    breaks: ["refuses: errors"],
    wrong: (_right, { objects }) => ({
      async put(path, bytes) {
        objects.set(path, Uint8Array.from(bytes));
      },
    }),
  },
  {
    mistake: "takes objects of every size",
    breaks: ["refuses: errors"],
    wrong: (_right, { objects }) => ({
      async put(path, bytes) {
        checkObject(path);
        objects.set(path, Uint8Array.from(bytes));
      },
    }),
  },
  {
    mistake: "refuses with an error of the language",
    breaks: ["refuses: errors"],
    wrong: (right) => refusingWith(() => new TypeError("bad path"), right),
  },
  {
    mistake: "refuses with another's code",
    breaks: ["refuses"],
    wrong: (right) => refusingWith(() => new PortmanteauError("PATH_INVALID", "Not that."), right),
  },
  {
    mistake: "lists one page of the store",
    breaks: ["list"],
    wrong: (right) => ({
      async *list(prefix) {
        let listed = 0;
        for await (const path of right.list(prefix)) if (listed++ < 1_000) yield path;
      },
    }),
  },
  {
    mistake: "begins a page with the last of the one before",
    breaks: ["list"],
    wrong: (right) => ({
      async *list(prefix) {
        let listed = 0;
        for await (const path of right.list(prefix)) {
          yield path;
          if (++listed % 1_000 === 0) yield path;
        }
      },
    }),
  },
  {
    mistake: "leaves a list open that nobody reads to its end",
    breaks: ["list"],
    wrong: (right, place) => ({
      async *list(prefix) {
        place.open++;
        yield* right.list(prefix);
        place.open--;
      },
    }),
  },
  {
    mistake: "lists a folder and not a prefix",
    breaks: ["prefix"],
    wrong: (right) => ({
      async *list(prefix) {
        const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
        for await (const path of right.list(prefix)) if (path.startsWith(folder)) yield path;
      },
    }),
  },
  {
    mistake: "takes a prefix for a pattern",
    breaks: ["prefix"],
    wrong: (right) => ({
      async *list(prefix) {
        checkObjectPrefix(prefix);
        for await (const path of right.list("")) if (new RegExp(`^${prefix}`).test(path)) yield path;
      },
    }),
  },
  {
    mistake: "remembers what it read",
    breaks: ["shared"],
    wrong: (right) => {
      const read = new Map<string, Uint8Array>();
      return {
        async put(path, bytes) {
          await right.put(path, bytes);
          read.set(path, Uint8Array.from(bytes));
        },
        async get(path) {
          const bytes = read.get(path) ?? (await right.get(path));
          if (bytes !== undefined) read.set(path, bytes);
          return copy(bytes);
        },
        async delete(path) {
          await right.delete(path);
          read.delete(path);
        },
      };
    },
  },
  {
    mistake: "writes in place",
    breaks: ["whole"],
    wrong: (right) => ({
      async put(path, bytes) {
        checkObject(path, bytes);
        await right.put(path, bytes.subarray(0, bytes.length / 2));
        await aTurn();
        await right.put(path, bytes);
      },
    }),
  },
  {
    mistake: "removes the old object before the new one is there",
    breaks: ["whole"],
    wrong: (right) => ({
      async put(path, bytes) {
        checkObject(path, bytes);
        await right.delete(path);
        await aTurn();
        await right.put(path, bytes);
      },
    }),
  },
  {
    mistake: "removes a folder that was empty a moment ago",
    breaks: ["neighbours"],
    wrong: (right, { objects }) => ({
      async delete(path) {
        const folder = path.replace(/[^/]*$/, "");
        const among = () => [...objects.keys()].filter((each) => folder !== "" && each.startsWith(folder));
        const wasThere = objects.has(path);
        const wasLast = among().length <= 1;
        await aTurn();
        await right.delete(path);
        if (wasThere && wasLast) for (const each of among()) objects.delete(each);
      },
    }),
  },
  {
    mistake: "asks for the next page by a number of objects",
    breaks: ["list-steady"],
    wrong: (_right, { objects }) => ({
      async *list(prefix) {
        checkObjectPrefix(prefix);
        for (let at = 0; ; at += 10) {
          const page = [...objects.keys()].filter((path) => path.startsWith(prefix)).sort();
          if (at >= page.length) return;
          yield* page.slice(at, at + 10);
          if (prefix.startsWith("list-steady")) await aTurn();
        }
      },
    }),
  },
  {
    mistake: "leaves what it checked with",
    breaks: ["check"],
    wrong: (right) => ({ check: () => right.put("check", new Uint8Array(1)) }),
  },
  {
    mistake: "says that an object is absent when the store is away",
    breaks: ["unreadable: errors"],
    wrongPlace: () => {
      const right = durablePlace();
      return { unreadable: () => ({ ...(right.unreadable as () => DurableSpool)(), get: async () => undefined }) };
    },
  },
  {
    mistake: "lists nothing when the store is away",
    breaks: ["unreadable: errors"],
    wrongPlace: () => {
      const right = durablePlace();
      return { unreadable: () => ({ ...(right.unreadable as () => DurableSpool)(), async *list() {} }) };
    },
  },
  {
    mistake: "throws the store's own error",
    breaks: ["unreadable: errors"],
    wrongPlace: () => {
      const right = durablePlace();
      const put = () => Promise.reject(new Error("ENOSPC"));
      return { unreadable: () => ({ ...(right.unreadable as () => DurableSpool)(), put }) };
    },
  },
  {
    mistake: "blames another",
    breaks: ["unreadable"],
    wrongPlace: () => {
      const right = durablePlace();
      const put = () => Promise.reject(new PortmanteauError("DELIVERY_FAILED", "The store is away."));
      return { unreadable: () => ({ ...(right.unreadable as () => DurableSpool)(), put }) };
    },
  },
  {
    mistake: "leaves half an object under its name when a write breaks off",
    breaks: ["interrupted"],
    wrongPlace: ({ objects }) => ({
      interrupt: async (path, bytes) => objects.set(path, bytes.slice(0, bytes.length / 2)),
    }),
  },
  {
    mistake: "loses the old object when a write breaks off",
    breaks: ["interrupted"],
    wrongPlace: ({ objects }) => ({ interrupt: async (path) => objects.delete(path) }),
  },
  {
    mistake: "lists what is unfinished",
    breaks: ["interrupted"],
    wrong: (right, { unfinished }) => ({
      async *list(prefix) {
        yield* right.list(prefix);
        for (const path of unfinished.keys()) if (path.startsWith(prefix)) yield path;
      },
    }),
  },
  {
    mistake: "keeps what is unfinished of an object that is deleted",
    breaks: ["interrupted"],
    wrong: (_right, { objects }) => ({
      async delete(path) {
        checkObject(path);
        objects.delete(path);
      },
    }),
  },
];
