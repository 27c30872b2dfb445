import type { JsonValue } from "../../model/json.ts";
import type { Cursor } from "../../model/source.ts";
import { contract } from "../../model/source-error.ts";
import { requireColumns } from "./contract.ts";

/** A row, as the source gives it to `map`. */
export type Row = { readonly [column: string]: JsonValue };

/** The rows of one statement. */
export interface Rows<R extends Row> {
  /** As they were read, until `mapValues` was called. */
  readonly rows: readonly R[];
  readonly names: readonly string[];
  /** One key of a row, as it was read, as JSON, from which `Keys.read` makes the parameter again; nothing when a query cannot continue after it. */
  keyOf(row: R, column: string): JsonValue | undefined;
  /** Makes of the values what the source gives, in place. Absent: they are. */
  mapValues?(): void;
}

export interface KeysetOptions<R extends Row, Key> {
  readonly columns: readonly string[];
  /** How many rows one statement gives at most. */
  readonly limit: number;
  /** The cursor that the engine hands back. */
  readonly start: Cursor | undefined;
  /** The parameter that a key of a cursor stands for; nothing when it is not one of ours. */
  readKey(key: JsonValue): Key | undefined;
  /** Runs the statement that continues after a row, and gives its rows in pages. */
  run(after: Key | readonly Key[] | null): AsyncIterable<Rows<R>>;
}

/** The pages of statements, each of which continues after the keys of the last row of the one before it. */
export async function* keysetPages<R extends Row, Key>({
  columns,
  limit,
  start,
  readKey,
  run,
}: KeysetOptions<R, Key>): AsyncGenerator<{ readonly rows: readonly R[]; readonly cursor: Cursor }> {
  let cursor = start;
  /** Of the first row of a statement. */
  let begun: Cursor | undefined;
  for (let given = limit; given === limit; ) {
    given = 0;
    for await (const page of run(cursor === undefined ? null : keysOf(cursor, columns.length, readKey))) {
      const { rows, names } = page;
      const [first, last] = [rows[0], rows.at(-1)];
      if (first === undefined || last === undefined) return;
      const begins = given === 0;
      given += rows.length;
      if (given > limit) throw contract("The query gave more rows than `limit`. It must end on LIMIT.");
      requireColumns(columns, names);
      const reached = cursorOf(last, page, columns);
      const from = cursorOf(first, page, columns);
      // The first row as well: it tells of a `>=` where `>` is needed, and of a statement that begins where the one before it did.
      if ([reached, from].some((key) => isSame(key, cursor)) || (begins && isSame(from, begun)))
        throw contract(
          `The cursor did not advance. The query must order by ${columns.join(", ")} and give only rows beyond \`after\`.`,
        );
      if (begins) begun = from;
      cursor = reached;
      page.mapValues?.();
      yield { rows, cursor };
    }
  }
}

/** @throws {PortmanteauError} `SOURCE_CONTRACT` for a key that is NULL, or not exact */
export function cursorOf<R extends Row>(row: R, { keyOf }: Rows<R>, columns: readonly string[]): Cursor {
  const keys = columns.map((column) => {
    const key = keyOf(row, column);
    if (key === undefined)
      throw contract(
        `The cursor column ${column} is NULL or of a type to continue after which is not exact. Order by columns that together are unique and NOT NULL, and compare as they sort.`,
      );
    return key;
  });
  return keys.length === 1 ? (keys[0] as JsonValue) : keys;
}

/** The parameters that a cursor stands for. @throws {PortmanteauError} `SOURCE_CONTRACT` when it is not one of ours */
export function keysOf<Key>(
  cursor: Cursor,
  columns: number,
  readKey: (key: JsonValue) => Key | undefined,
): Key | Key[] {
  const parts: readonly JsonValue[] = columns === 1 ? [cursor] : Array.isArray(cursor) ? cursor : [];
  const keys = parts.map(readKey);
  if (keys.length !== columns || keys.includes(undefined))
    throw contract("The cursor to continue after was not made by this source.");
  return columns === 1 ? (keys[0] as Key) : (keys as Key[]);
}

export function isSame(one: Cursor, other: Cursor | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
