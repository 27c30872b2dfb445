import { PortmanteauError } from "../../../src/model/errors.ts";
import type { Spool, Spooled, SpoolWriter } from "../../../src/model/ports.ts";
import type { SpoolFixture } from "../../../src/testing/index.ts";

export interface SpoolMutant {
  readonly mistake: string;
  readonly breaks: readonly string[];
  /** What is done wrong. */
  readonly wrong: Partial<Wrongs>;
}

interface Wrongs {
  keep(bytes: Uint8Array): Uint8Array;
  size(bytes: number): number;
  place(name: string, number: number): string;
  seal(writer: SpoolWriter & Spooled): Spooled;
  discard(drop: () => void, times: number): void;
  close(drop: () => void, times: number): void;
  read(chunks: readonly Uint8Array[]): readonly Uint8Array[];
  reading(stream: Stream): AsyncIterable<Uint8Array>;
  hide(bytes: Uint8Array): Uint8Array;
  gone(): Error | undefined;
  refuse(): unknown;
}

class Stream {
  chunks: Uint8Array[] = [];
  gone = false;
}

const invert = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0xff);

/** A spool in memory, which stands for a store outside: what it keeps is hidden. */
export function memorySpools(wrong: Partial<Wrongs> = {}): SpoolFixture {
  const hide = wrong.hide ?? invert;
  const gone = () => new PortmanteauError("SPOOL_FAILED", "The spooled stream was given up.");
  let reads = 0;
  const spools = new Set<Map<string, Stream>>();
  const make = (refused: boolean) => (): Spool => {
    const streams = new Map<string, Stream>();
    spools.add(streams);
    let number = 0;
    let closes = 0;
    return {
      async create(name) {
        const place = wrong.place?.(name, number) ?? String(number);
        number++;
        const stream = streams.get(place) ?? new Stream();
        streams.set(place, stream);
        let discards = 0;
        const drop = () => {
          stream.gone = true;
          stream.chunks = [];
          streams.delete(place);
        };
        const opened: SpoolWriter & Spooled = {
          bytes: 0,
          async write(bytes) {
            if (refused) throw wrong.refuse?.() ?? new PortmanteauError("SPOOL_FAILED", "The store refuses.");
            if (stream.gone) throw gone();
            (opened as { bytes: number }).bytes += wrong.size?.(bytes.length) ?? bytes.length;
            stream.chunks.push(wrong.keep?.(bytes) ?? hide(Uint8Array.from(bytes)));
          },
          seal: async () => wrong.seal?.(opened) ?? opened,
          async discard() {
            if (wrong.discard === undefined) drop();
            else wrong.discard(drop, discards++);
          },
          async *read() {
            if (wrong.reading !== undefined) {
              yield* wrong.reading(stream);
              return;
            }
            if (stream.gone) {
              const error = wrong.gone === undefined ? gone() : wrong.gone();
              if (error === undefined) return;
              throw error;
            }
            reads++;
            try {
              for (const chunk of wrong.read?.(stream.chunks) ?? stream.chunks)
                yield wrong.keep === undefined ? hide(chunk) : chunk;
            } finally {
              reads--;
            }
          },
        };
        return opened;
      },
      async close() {
        const drop = () => {
          for (const stream of streams.values()) {
            stream.gone = true;
            stream.chunks = [];
          }
          streams.clear();
        };
        if (wrong.close === undefined) drop();
        else wrong.close(drop, closes++);
      },
    };
  };
  return {
    spool: make(false),
    refused: make(true),
    handles: () => reads + [...spools].reduce((sum, { size }) => sum + size, 0),
    stored: async () => [...spools].flatMap((streams) => [...streams.values()].flatMap(({ chunks }) => chunks)),
  };
}

const places = new WeakMap<Stream, number>();

export const spoolMutants: readonly SpoolMutant[] = [
  {
    mistake: "keeps the caller's buffer",
    breaks: ["own-bytes", "hidden"],
    wrong: { keep: (bytes) => bytes },
  },
  {
    mistake: "says a wrong size",
    breaks: ["round-trip"],
    wrong: { size: (bytes) => bytes + 1 },
  },
  {
    mistake: "loses the last piece",
    breaks: ["round-trip", "own-bytes", "read-again", "apart"],
    wrong: { read: (chunks) => chunks.slice(0, -1) },
  },
  {
    mistake: "gives everything once",
    breaks: ["read-again"],
    wrong: {
      async *reading(stream) {
        if (stream.gone) throw new PortmanteauError("SPOOL_FAILED", "The stream was given up.");
        while (stream.chunks.length > 0) yield invert(stream.chunks.shift() as Uint8Array);
      },
    },
  },
  {
    mistake: "has one place for all reads of a stream",
    breaks: ["read-again"],
    wrong: {
      async *reading(stream) {
        if (stream.gone) throw new PortmanteauError("SPOOL_FAILED", "The stream was given up.");
        places.set(stream, 0);
        for (let at = 0; at < stream.chunks.length; places.set(stream, (at = (places.get(stream) ?? 0) + 1))) {
          at = places.get(stream) ?? 0;
          const chunk = stream.chunks[at];
          if (chunk === undefined) return;
          yield invert(chunk);
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    },
  },
  {
    mistake: "stores streams by their names",
    breaks: ["apart"],
    wrong: { place: (name) => name },
  },
  {
    mistake: "keeps what was discarded",
    breaks: ["discard"],
    wrong: { discard: () => undefined },
  },
  {
    mistake: "discards once only",
    breaks: ["discard: works"],
    wrong: {
      discard(drop, times) {
        if (times > 0) throw new Error("it is discarded already");
        drop();
      },
    },
  },
  {
    mistake: "gives nothing of what was discarded, as if it had been empty",
    breaks: ["discard: errors", "close: errors"],
    wrong: { gone: () => undefined },
  },
  {
    mistake: "throws a foreign error for what was discarded",
    breaks: ["discard: errors", "close: errors"],
    wrong: { gone: () => new Error("EBADF") },
  },
  {
    mistake: "closes nothing",
    breaks: ["close", "refused"],
    wrong: { close: () => undefined },
  },
  {
    mistake: "closes once only",
    breaks: ["close: works"],
    wrong: {
      close(drop, times) {
        if (times > 0) throw new Error("it is closed already");
        drop();
      },
    },
  },
  {
    mistake: "stores in the clear",
    breaks: ["hidden"],
    wrong: { hide: (bytes) => bytes },
  },
  {
    mistake: "throws the store's own error",
    breaks: ["refused: errors"],
    wrong: { refuse: () => new Error("ENOSPC") },
  },
  {
    mistake: "blames the delivery",
    breaks: ["refused"],
    wrong: { refuse: () => new PortmanteauError("DELIVERY_FAILED", "The store refuses.") },
  },
];
