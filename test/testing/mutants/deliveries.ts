import { PortmanteauError } from "../../../src/model/errors.ts";
import type { DeliveryWriter } from "../../../src/model/ports.ts";
import type { DeliveryFixture } from "../../../src/testing/index.ts";

export interface DeliveryMutant {
  readonly mistake: string;
  readonly breaks: readonly string[];
  /** Makes a writer wrong, which is over a place where bundles stand by name. */
  readonly wrong: (writer: Right) => Partial<DeliveryWriter>;
  readonly partName?: (part: number) => string;
  readonly refuse?: () => unknown;
}

interface Right extends DeliveryWriter {
  readonly place: Place;
  readonly name: string;
  pieces: Uint8Array[];
}

class Place {
  readonly bundles = new Map<string, Uint8Array>();
  readonly uploads = new Set<object>();
  open = 0;
}

const partName = (part: number) => `bundle.part${part}.zip`;

/** A place in memory that takes bundles as an object store does: an upload, and a name when it is complete. */
export function memoryPlace(mutant?: Omit<DeliveryMutant, "mistake" | "breaks">): DeliveryFixture {
  const place = new Place();
  const nameOf = mutant?.partName ?? partName;
  const opened = (name: string): DeliveryWriter => {
    const upload = {};
    place.uploads.add(upload);
    place.open++;
    let ended = false;
    let committing: Promise<void> | undefined;
    const end = () => {
      place.uploads.delete(upload);
      if (!ended) place.open--;
      ended = true;
    };
    const writer: Right = {
      place,
      name,
      pieces: [],
      async write(bytes) {
        if (ended) throw new PortmanteauError("DELIVERY_FAILED", "The upload has ended.");
        writer.pieces.push(Uint8Array.from(bytes));
      },
      commit() {
        committing = (async () => {
          await new Promise((resolve) => setImmediate(resolve));
          place.bundles.set(name, Uint8Array.from(Buffer.concat(writer.pieces)));
          end();
        })();
        return committing;
      },
      async undo() {
        place.bundles.delete(name);
      },
      async abort() {
        await committing;
        end();
      },
    };
    return { ...writer, ...mutant?.wrong(writer) };
  };
  return {
    delivery: {
      name: "place",
      partName: nameOf,
      open: async ({ part }) => opened(part === undefined ? "bundle.zip" : nameOf(part.number)),
    },
    delivered: async (part) => place.bundles.get(part === undefined ? "bundle.zip" : nameOf(part)),
    leftovers: async () => [...place.uploads].map(() => "upload"),
    handles: () => place.open,
    refused: {
      name: "place",
      async open() {
        throw mutant?.refuse?.() ?? new PortmanteauError("DELIVERY_FAILED", "The place refuses.");
      },
    },
  };
}

const right = () => ({});
const soFar = ({ pieces }: Right) => Uint8Array.from(Buffer.concat(pieces));

export const deliveryMutants: readonly DeliveryMutant[] = [
  {
    mistake: "writes under the final name",
    breaks: ["whole", "abort", "abort-writing", "replace", "set", "undo"],
    wrong: (writer) => ({
      async write(bytes) {
        await writer.write(bytes);
        writer.place.bundles.set(writer.name, soFar(writer));
      },
    }),
  },
  {
    mistake: "loses an empty end",
    breaks: ["whole"],
    wrong: (writer) => ({
      write: async (bytes) => (bytes.length === 1 && bytes[0] === 1 ? undefined : writer.write(bytes)),
    }),
  },
  {
    mistake: "keeps the caller's buffer",
    breaks: ["own-bytes"],
    wrong: (writer) => ({
      async write(bytes) {
        writer.pieces.push(bytes);
      },
    }),
  },
  {
    mistake: "leaves its upload when it is aborted",
    breaks: ["abort", "abort-writing", "undo"],
    wrong: () => ({ abort: async () => undefined }),
  },
  {
    mistake: "commits when it is aborted",
    breaks: ["abort", "abort-writing", "replace", "undo"],
    wrong: (writer) => ({ abort: () => writer.commit() }),
  },
  {
    mistake: "is aborted once only",
    breaks: ["abort: works"],
    wrong: (writer) => {
      let times = 0;
      return {
        async abort(error) {
          if (times++ > 0) throw new Error("there is no such upload");
          await writer.abort(error);
        },
      };
    },
  },
  {
    mistake: "does not let a write end that an abort meets",
    breaks: ["abort-writing: answers"],
    wrong: (writer) => {
      let aborted = false;
      let writes = 0;
      return {
        async write(bytes) {
          const first = writes++ === 0;
          await new Promise((resolve) => setImmediate(resolve));
          if (first && aborted) return new Promise(() => undefined);
          await writer.write(bytes);
        },
        abort(error) {
          aborted = true;
          return writer.abort(error);
        },
      };
    },
  },
  {
    mistake: "fails a commit that an abort meets, and has committed",
    breaks: ["abort-committing"],
    wrong: (writer) => {
      let aborted = false;
      return {
        async commit() {
          await writer.commit();
          if (aborted) throw new PortmanteauError("DELIVERY_FAILED", "It was aborted.");
        },
        abort(error) {
          aborted = true;
          return writer.abort(error);
        },
      };
    },
  },
  {
    mistake: "removes the older bundle when a new one begins",
    breaks: ["replace"],
    wrong: ({ place, name }) => {
      place.bundles.delete(name);
      return {};
    },
  },
  {
    mistake: "keeps its connection after the commit",
    breaks: ["whole", "abort-committing", "set", "undo"],
    wrong: (writer) => ({
      async commit() {
        await writer.commit();
        writer.place.open++;
      },
    }),
  },
  {
    mistake: "names two zips of a set alike",
    breaks: ["names", "set"],
    wrong: right,
    partName: (part) => `bundle.part${part % 2}.zip`,
  },
  {
    mistake: "counts its calls to name a zip",
    breaks: ["names"],
    wrong: right,
    partName: (
      (calls) => (part: number) =>
        `bundle.part${part}.${calls++ < 5 ? "first" : "later"}.zip`
    )(0),
  },
  {
    mistake: "cannot take back a zip of a set",
    breaks: ["undo"],
    wrong: () => ({ undo: async () => undefined }),
  },
  {
    mistake: "throws the store's own error",
    breaks: ["refused: errors"],
    wrong: right,
    refuse: () => new Error("403"),
  },
  {
    mistake: "blames the source",
    breaks: ["refused"],
    wrong: right,
    refuse: () => new PortmanteauError("SOURCE_FAILED", "The place refuses."),
  },
];
