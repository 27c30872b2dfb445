import { isUtf8 } from "node:buffer";
import { PortmanteauError } from "../../model/errors.ts";
import type { JsonValue } from "../../model/json.ts";
import type { Reply, Send } from "./client.ts";
import { failed } from "./failure.ts";

/** The types of Redis's values that are read. */
export type RedisType = "string" | "hash" | "list" | "set" | "zset" | "stream";
/** `"utf8"`: texts as they are. `"base64"`: they are not UTF-8, all of them are base64. */
export type RedisEncoding = "utf8" | "base64";

export interface ValueLimits {
  /** Most elements of one value. */
  readonly maxElements: number;
  /** Most bytes of one value. */
  readonly maxBytes: number;
}

/** One value in full, and the bytes it came from. */
export interface ReadValue {
  readonly value: JsonValue;
  readonly encoding: RedisEncoding;
  readonly bytes: number;
}

/** How many elements of a large value are asked for at once. */
const elementsPerReply = 1_000;
/** What a glance asks for. */
const bytesPerGlance = 8 * 1_024;
const elementsPerGlance = 16;
/** What a glance says of a value that it may not have seen in full. */
export const larger = Symbol("larger");

type Pair = readonly [Buffer, Buffer];
type StreamEntry = readonly [id: Buffer, fields: Buffer[]];
/** What a value becomes, given what its texts become. */
type Shape = (text: (bytes: Buffer) => string) => JsonValue;

/**
 * Reads one value, a piece at a time; nothing when the key is gone.
 *
 * @throws {PortmanteauError} `SOURCE_FAILED` beyond the limits and for a type of a module; `SOURCE_UNAVAILABLE` when a list changed
 *   meanwhile
 */
export async function readValue(
  send: Send,
  key: Buffer,
  type: string,
  limits: ValueLimits,
): Promise<ReadValue | undefined> {
  const read = await readBy({ send, key, taken: new Taken(type, limits), isGlance: false }, type);
  return read as Exclude<typeof read, typeof larger>; // that is a glance's
}

/**
 * Reads a value by one command if it is small, so that many can be asked for at once: a string below 8 KiB, a collection below 16 elements
 * or of a few that the server keeps in one piece.
 *
 * @returns `larger` when that may not be the whole value; nothing when the key is gone
 * @throws {PortmanteauError} as `readValue`
 */
export function glanceAt(
  send: Send,
  key: Buffer,
  type: string,
  limits: ValueLimits,
): Promise<ReadValue | typeof larger | undefined> {
  return readBy({ send, key, taken: new Taken(type, limits), isGlance: true }, type);
}

/** How a value is read. */
interface Reading {
  readonly send: Send;
  readonly key: Buffer;
  readonly taken: Taken;
  /** End with `larger` after the first reply, unless it was all. */
  readonly isGlance: boolean;
}

async function readBy(reading: Reading, type: string): Promise<ReadValue | typeof larger | undefined> {
  const { taken } = reading;
  const shape = await shapeOf(reading, type as RedisType);
  if (shape === undefined || shape === larger) return shape;
  const encoding = taken.isText ? "utf8" : "base64";
  return { value: shape((bytes) => bytes.toString(encoding)), encoding, bytes: taken.bytes };
}

async function shapeOf(reading: Reading, type: RedisType): Promise<Shape | typeof larger | undefined> {
  switch (type) {
    case "string": {
      const bytes = await textOf(reading);
      if (bytes === null || bytes === larger) return bytes ?? undefined;
      reading.taken.take([bytes]);
      return (text) => text(bytes);
    }
    case "hash": {
      const fields = await scanned(reading, "HSCAN");
      if (fields === larger) return larger;
      return (text) => Object.fromEntries(fields.map(([field, value]) => [text(field), text(value)]));
    }
    case "set": {
      const members = await scanned(reading, "SSCAN");
      if (members === larger) return larger;
      return (text) => members.map(([member]) => text(member));
    }
    case "zset": {
      const pairs = await scanned(reading, "ZSCAN");
      if (pairs === larger) return larger;
      const members = pairs.map(([member, score]) => ({ member, score: scoreOf(score) }));
      members.sort((a, b) => Number(a.score) - Number(b.score)); // those of one score stay in the order of their bytes
      return (text) => members.map(({ member, score }) => ({ member: text(member), score: jsonScore(score) }));
    }
    case "list": {
      const elements = await listed(reading);
      if (elements === larger) return larger;
      return (text) => elements.map(text);
    }
    case "stream": {
      const entries = await streamed(reading);
      if (entries === larger) return larger;
      return (text) =>
        entries.map(([id, fields]) => ({
          id: String(id),
          fields: pairsOf(fields).map(([field, value]) => [text(field), text(value)]),
        }));
    }
    default:
      if ((type satisfies never as string) === "none") return undefined;
      throw failed(
        "A key holds a type that is none of Redis's own. Leave it out, or read it with its module's commands.",
      );
  }
}

/** A string; nothing when it is gone. */
async function textOf({ send, key, taken, isGlance }: Reading): Promise<Buffer | typeof larger | null> {
  if (isGlance) {
    const start = (await send("GETRANGE", key, "0", String(bytesPerGlance - 1))) as Buffer;
    return start.length === 0 || start.length === bytesPerGlance ? larger : start; // none: empty, or gone
  }
  taken.reserve(Number(await send("STRLEN", key)));
  return (await send("GET", key)) as Buffer | null;
}

/** A collection's elements, each once, in the order of their bytes. A set's are pairs with themselves. */
async function scanned(
  { send, key, taken, isGlance }: Reading,
  command: "HSCAN" | "SSCAN" | "ZSCAN",
): Promise<readonly Pair[] | typeof larger> {
  const elements = new Map<string, Pair>();
  const count = String(isGlance ? elementsPerGlance : elementsPerReply);
  let cursor = "0";
  do {
    const [next, found] = (await send(command, key, cursor, "COUNT", count)) as [Reply, Buffer[]];
    const pairs = command === "SSCAN" ? found.map((member): Pair => [member, member]) : pairsOf(found);
    for (const pair of pairs) {
      const name = pair[0].toString("latin1");
      if (!elements.has(name)) taken.take(command === "SSCAN" ? [pair[0]] : pair);
      elements.set(name, pair);
    }
    cursor = String(next);
    if (isGlance && cursor !== "0") return larger;
  } while (cursor !== "0");
  return [...elements.values()].sort(([a], [b]) => Buffer.compare(a, b));
}

/** A list in pieces. It must be the same before and after: places shift when something is pushed or popped between them. */
async function listed({ send, key, taken, isGlance }: Reading): Promise<readonly Buffer[] | typeof larger> {
  const most = isGlance ? elementsPerGlance : elementsPerReply;
  const elements: Buffer[] = [];
  for (let more = true; more; ) {
    const from = elements.length;
    const piece = (await send("LRANGE", key, String(from), String(from + most - 1))) as Buffer[];
    for (const element of piece) taken.take([element]);
    elements.push(...piece);
    more = piece.length >= most;
    if (isGlance && more) return larger;
  }
  if (elements.length < most) return elements; // read at one moment
  const [length, [first], [last]] = (await Promise.all([
    send("LLEN", key),
    send("LRANGE", key, "0", "0"),
    send("LRANGE", key, "-1", "-1"),
  ])) as [number, Buffer[], Buffer[]];
  const isSame = (a: Buffer | undefined, b: Buffer | undefined) => a !== undefined && b?.equals(a) === true;
  if (Number(length) !== elements.length || !isSame(first, elements[0]) || !isSame(last, elements.at(-1)))
    throw new PortmanteauError("SOURCE_UNAVAILABLE", "A list changed while it was read.", { retryable: true });
  return elements;
}

async function streamed({ send, key, taken, isGlance }: Reading): Promise<readonly StreamEntry[] | typeof larger> {
  const most = isGlance ? elementsPerGlance : elementsPerReply;
  const entries: StreamEntry[] = [];
  for (let from = "-"; ; ) {
    const piece = (await send("XRANGE", key, from, "+", "COUNT", String(most))) as StreamEntry[];
    for (const [, fields] of piece) taken.take(fields);
    entries.push(...piece);
    const last = piece.at(-1);
    if (last === undefined || piece.length < most) return entries;
    if (isGlance) return larger;
    from = `(${String(last[0])}`;
  }
}

/** What was taken of one value so far. */
class Taken {
  bytes = 0;
  isText = true;
  #elements = 0;
  readonly #type: string;
  readonly #limits: ValueLimits;

  constructor(type: string, limits: ValueLimits) {
    this.#type = type;
    this.#limits = limits;
  }

  /** One element. */
  take(parts: readonly Buffer[]): void {
    const { maxElements } = this.#limits;
    if (++this.#elements > maxElements)
      throw failed(`A ${this.#type} has more than ${maxElements} elements. Raise \`maxElements\`, or divide it.`);
    this.reserve(parts.reduce((sum, { length }) => sum + length, 0));
    for (const part of parts) this.bytes += part.length;
    this.isText &&= parts.every(isUtf8);
  }

  /** Says that so many bytes more are to come. */
  reserve(more: number): void {
    const { maxBytes } = this.#limits;
    if (this.bytes + more > maxBytes)
      throw failed(`A ${this.#type} is larger than ${maxBytes} bytes. Raise \`maxBytes\`, or divide it.`);
  }
}

function pairsOf(flat: readonly Buffer[]): Pair[] {
  const pairs: Pair[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2)
    pairs.push([flat[index] as Buffer, flat[index + 1] as Buffer]);
  return pairs;
}

/** A score: the server writes infinities as `inf` and `-inf`. */
function scoreOf(text: Buffer): number {
  const score = String(text);
  return score.endsWith("inf") ? Number(score.replace("inf", "Infinity")) : Number(score);
}

/** JSON has no infinities. */
function jsonScore(score: number): JsonValue {
  return Number.isFinite(score) ? score : score > 0 ? "inf" : "-inf";
}
