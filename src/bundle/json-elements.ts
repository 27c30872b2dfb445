import { pipeline } from "node:stream";
import parser from "stream-json/parser.js";
import { PortmanteauError } from "../model/errors.ts";
import type { JsonValue } from "../model/json.ts";
import type { ReadLimits } from "./read-entry.ts";

type Container = JsonValue[] | { [key: string]: JsonValue };

/** So much text goes to the parser at once: it may hold all of it. */
const sliceLength = 64 * 1024;

/**
 * The elements of a JSON array in any layout: pretty-printed, on one line, with a byte order mark. For files that others made or changed;
 * ours are read by `JsonLines`, which is ten times as fast.
 *
 * @param bytes UTF-8, cut between characters
 * @throws {PortmanteauError} `BUNDLE_UNREADABLE` or `LIMIT_EXCEEDED`, with the record's index
 */
export async function* jsonElements(
  bytes: AsyncIterable<Buffer>,
  path: string,
  { maxLineLength = 2 ** 26, maxDepth = 1_000 }: ReadLimits = {},
): AsyncGenerator<JsonValue> {
  const array = new OpenArray(path, maxDepth);
  const slices = (async function* () {
    for await (const piece of bytes) {
      const text = piece.toString();
      for (let at = 0; at < text.length; at += sliceLength) {
        const slice = text.slice(at, at + sliceLength);
        array.held += slice.length;
        if (array.held > maxLineLength + sliceLength)
          throw array.error("LIMIT_EXCEEDED", `has a record longer than maxLineLength, ${maxLineLength}`);
        yield slice;
      }
    }
  })();
  const tokens = parser.asStream({ packValues: true, streamValues: false });
  pipeline(slices, tokens, () => {}); // what fails, fails the loop below
  try {
    for await (const token of tokens as AsyncIterable<parser.Token>) {
      const element = array.accept(token);
      if (element !== undefined) yield element;
    }
  } catch (cause) {
    throw PortmanteauError.is(cause) ? cause : array.error("BUNDLE_UNREADABLE", "is not JSON", cause);
  }
  if (!array.ended) throw array.error("BUNDLE_UNREADABLE", "is no JSON array");
}

/** Puts elements together from the parser's tokens. */
class OpenArray {
  /** Length of the text that went to the parser since the last element ended. */
  held = 0;
  ended = false;
  readonly #path: string;
  readonly #maxDepth: number;
  /** Open containers within the element, each with the key that it gets in the one around it. */
  readonly #open: { readonly container: Container; readonly key: string }[] = [];
  #begun = false;
  #key = "";
  #count = 0;

  constructor(path: string, maxDepth: number) {
    this.#path = path;
    this.#maxDepth = maxDepth;
  }

  /** @returns the element that ends with this token */
  accept(token: parser.Token): JsonValue | undefined {
    switch (token.name) {
      case "startArray":
      case "startObject":
        return this.#start(token.name === "startArray" ? [] : {});
      case "endArray":
      case "endObject":
        return this.#end();
      case "keyValue":
        this.#key = token.value;
        return undefined;
      case "stringValue":
      case "nullValue":
      case "trueValue":
      case "falseValue":
        return this.#put(token.value);
      case "numberValue":
        return this.#put(Number(token.value));
      default: // the beginnings of values, which come whole as well
        return undefined;
    }
  }

  #start(container: Container): undefined {
    if (!this.#begun && Array.isArray(container)) {
      this.#begun = true;
      return;
    }
    this.#requireArray();
    if (this.#open.length === this.#maxDepth)
      throw this.error("LIMIT_EXCEEDED", `is nested deeper than maxDepth, ${this.#maxDepth}`);
    this.#open.push({ container, key: this.#key });
  }

  #end(): JsonValue | undefined {
    const ended = this.#open.pop();
    if (ended === undefined) {
      this.ended = true;
      return undefined;
    }
    this.#key = ended.key;
    return this.#put(ended.container);
  }

  #put(value: JsonValue): JsonValue | undefined {
    const around = this.#open.at(-1)?.container;
    if (around === undefined) {
      this.#requireArray();
      this.#count++;
      this.held = 0;
      return value;
    }
    if (Array.isArray(around)) around.push(value);
    else if (Object.hasOwn(around, this.#key))
      throw this.error("BUNDLE_UNREADABLE", "has the same key twice in one object");
    // Defined and not assigned: `__proto__` is a key like any other.
    else Object.defineProperty(around, this.#key, { value, enumerable: true, configurable: true, writable: true });
    return undefined;
  }

  #requireArray(): void {
    if (!this.#begun) throw this.error("BUNDLE_UNREADABLE", "is no JSON array");
  }

  error(code: "BUNDLE_UNREADABLE" | "LIMIT_EXCEEDED", why: string, cause?: unknown): PortmanteauError {
    return new PortmanteauError(code, `"${this.#path}" ${why} (record ${this.#count}).`, {
      context: { recordIndex: this.#count },
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
