import { jsonParser, type Token } from "stream-json/parser.js";
import type { PortmanteauError } from "../model/errors.ts";
import { type JsonValue, setOwn } from "../model/json.ts";
import { losslessNumber } from "./lossless-json.ts";

/** What can be wrong with a JSON text, and with a record in it. */
export type JsonProblem = "invalid" | "cut" | "no array" | "too long" | "too deep";

export interface JsonRecordsOptions {
  /** The keys that lead to the array; none: the text itself is it. */
  readonly keys: readonly string[];
  /** Longest text of a record, in UTF-16 units, give or take 64 Ki. The same text may stand around the array. */
  readonly maxRecordLength: number;
  /** Makes the error to throw; `record` is the number of records before it. */
  readonly fail: (problem: JsonProblem, record: number, cause?: unknown) => PortmanteauError;
}

type Container = JsonValue[] | { [key: string]: JsonValue };

/** So much text goes to the parser at once: it may hold all of it. */
const sliceLength = 64 * 1024;
const maxDepth = 1_000;

/**
 * The elements of one array in a JSON text, put together one by one: the text is fed as it arrives and need not fit memory. A number that
 * a JavaScript number cannot hold becomes the string of its digits, as in `losslessJson`.
 *
 * @example
 * ```ts
 * const records = new JsonRecords({ keys: ["data"], maxRecordLength, fail });
 * for await (const text of texts) for (const record of records.feed(text)) console.log(record);
 * records.end();
 * ```
 */
export class JsonRecords {
  readonly #options: JsonRecordsOptions;
  readonly #parse = jsonParser({ packValues: true, streamValues: false });
  /** Length of the text since the last record ended. */
  #held = 0;
  #count = 0;
  /** Containers that are open around the records. */
  #level = 0;
  /** How many of them, from the outermost, lie on the way to the array. */
  #onWay = 0;
  #key = "";
  #state: "before" | "inside" | "after" = "before";
  #ended = false;
  /** Open containers within the record, each with the key that it gets in the one around it. */
  readonly #open: { readonly container: Container; readonly key: string }[] = [];

  constructor(options: JsonRecordsOptions) {
    this.#options = options;
  }

  /** The records that end in this text, the next of the file's. */
  *feed(text: string): Generator<JsonValue> {
    for (let at = 0; at < text.length; at += sliceLength) {
      const slice = text.slice(at, at + sliceLength);
      this.#held += slice.length;
      if (this.#held > this.#options.maxRecordLength + sliceLength) throw this.#fail("too long");
      yield* this.#take(slice);
    }
  }

  /** Says that no more text follows. */
  end(): void {
    if (!this.#ended) throw this.#fail("cut");
    if (this.#state === "before") throw this.#fail("no array");
  }

  *#take(slice: string): Generator<JsonValue> {
    let tokens: readonly Token[];
    try {
      const parsed = this.#parse(slice);
      tokens = typeof parsed === "symbol" ? [] : parsed.values; // a symbol says: none yet
    } catch (cause) {
      throw this.#fail("invalid", cause);
    }
    for (const token of tokens) {
      const record = this.#state === "inside" ? this.#within(token) : this.#around(token);
      if (record === undefined) continue;
      this.#count++;
      this.#held = 0;
      yield record;
    }
  }

  /** What stands around the array is not kept. */
  #around(token: Token): undefined {
    const { keys } = this.#options;
    const isNext = this.#onWay === this.#level && (this.#level === 0 || this.#key === keys[this.#level - 1]);
    const isArray = isNext && this.#level === keys.length;
    switch (token.name) {
      case "startArray":
      case "startObject":
        if (isArray) {
          if (token.name === "startObject" || this.#state === "after") throw this.#fail("no array");
          this.#state = "inside";
          return;
        }
        if (isNext && token.name === "startObject") this.#onWay++;
        if (++this.#level > maxDepth) throw this.#fail("too deep");
        return;
      case "endArray":
      case "endObject":
        this.#level--;
        this.#onWay = Math.min(this.#onWay, this.#level);
        this.#ended = this.#level === 0;
        return;
      case "keyValue":
        this.#key = token.value;
        return;
      default:
        if (isArray) throw this.#fail("no array");
        if (this.#level === 0) this.#ended = true;
        return;
    }
  }

  #within(token: Token): JsonValue | undefined {
    switch (token.name) {
      case "startArray":
      case "startObject":
        if (this.#open.length === maxDepth) throw this.#fail("too deep");
        this.#open.push({ container: token.name === "startArray" ? [] : {}, key: this.#key });
        return undefined;
      case "endArray":
      case "endObject": {
        const ended = this.#open.pop();
        if (ended === undefined) {
          this.#state = "after";
          this.#ended = this.#level === 0;
          return undefined;
        }
        this.#key = ended.key;
        return this.#put(ended.container);
      }
      case "keyValue":
        this.#key = token.value;
        return undefined;
      case "stringValue":
      case "nullValue":
      case "trueValue":
      case "falseValue":
        return this.#put(token.value);
      case "numberValue":
        return this.#put(losslessNumber(token.value));
      default: // the beginnings of values, which come whole as well
        return undefined;
    }
  }

  #put(value: JsonValue): JsonValue | undefined {
    const around = this.#open.at(-1)?.container;
    if (around === undefined) return value;
    if (Array.isArray(around)) around.push(value);
    else setOwn(around, this.#key, value);
    return undefined;
  }

  #fail(problem: JsonProblem, cause?: unknown): PortmanteauError {
    return this.#options.fail(problem, this.#count, cause);
  }
}

/** Whether a text that is no JSON is one that just ends too soon: within a string, or with brackets open. */
export function endsEarly(text: string): boolean {
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
      if (at >= text.length) return true;
    } else if (char === "{" || char === "[") open++;
    else if (char === "}" || char === "]") open--;
  }
  return open > 0 || text.trim() === "";
}
