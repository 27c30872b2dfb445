import { PortmanteauError } from "../../model/errors.ts";

/** SQL text that stands for one value of a cursor column: give it as a parameter, as it is. */
export class MysqlKey {
  readonly #literal: string;
  readonly #text: string;

  constructor(literal: string, text: string) {
    this.#literal = literal;
    this.#text = text;
  }

  /** For this module alone: what stands in the statement. */
  static literalOf(key: MysqlKey): string {
    return key.#literal;
  }

  /** The value as text; bytes in hexadecimal digits. */
  toString(): string {
    return this.#text;
  }
}

// Strings and quoted names, comments, and what is looked for.
const tokens = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--(?=\s|$)[^\n]*|#[^\n]*|\/\*.*?\*\/|\?/gs;

/**
 * Puts literals in the place of `?`. Text is written as `_utf8mb4 X'…'`, which no `sql_mode` and no character set of the connection
 * reads as anything else. It is not sent as a prepared statement's parameter: comparing one with a BIGINT or DECIMAL column can go
 * through a double and miss rows.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` when there are more or fewer values than `?`, or one has no literal
 */
export function bind(text: string, values: readonly unknown[]): string {
  let used = 0;
  const bound = text.replace(tokens, (token) => {
    if (token !== "?") return token;
    used++;
    return used > values.length ? token : literal(values[used - 1]);
  });
  if (used !== values.length)
    throw invalidValue(`The statement has ${used} placeholders (\`?\`) and ${values.length} values.`);
  return bound;
}

/** How a value is written in SQL. An array is written as a list, for `IN (?)`. */
function literal(value: unknown): string {
  if (value instanceof MysqlKey) return MysqlKey.literalOf(value);
  if (value instanceof Uint8Array) return bytesLiteral(value);
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return textLiteral(value.toISOString().replace("T", " ").replace("Z", ""));
  if (Array.isArray(value) && value.length > 0) return value.map(literal).join(", ");
  switch (typeof value) {
    case "string":
      return textLiteral(value);
    case "bigint":
    case "boolean":
      return String(value);
    case "number":
      if (Number.isFinite(value)) return String(value);
  }
  if (value === null) return "NULL";
  throw invalidValue(
    "A value of the statement cannot be written in SQL. Give text, numbers, booleans, dates, bytes, null, or a list of them that is not empty.",
  );
}

export function textLiteral(text: string): string {
  return text === "" ? "''" : `_utf8mb4 X'${Buffer.from(text).toString("hex")}'`;
}

export function bytesLiteral(bytes: Uint8Array): string {
  return `X'${Buffer.from(bytes).toString("hex")}'`;
}

function invalidValue(message: string): PortmanteauError {
  return new PortmanteauError("CONFIG_INVALID", message);
}
