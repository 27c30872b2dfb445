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
  readonly limit: number;
  /** The cursor that the engine hands back. */
  readonly start: Cursor | undefined;
  /** The parameter that a key of a cursor stands for; nothing when it is not one of ours. */
  readKey(key: JsonValue): Key | undefined;
  fetch(after: Key | readonly Key[] | null): Promise<Rows<R>>;
  /** Fetch the next page while the one before it is used: where a server works it out meanwhile. Default false. */
  readonly ahead?: boolean;
}

/** Pages of `limit` rows, each fetched by a statement of its own that continues after the keys of the last row before it. */
export async function* keysetPages<R extends Row, Key>({
  columns,
  limit,
  start,
  readKey,
  fetch,
  ahead = false,
}: KeysetOptions<R, Key>): AsyncGenerator<{ readonly rows: readonly R[]; readonly cursor: Cursor }> {
  const fetchAfter = async (cursor: Cursor | undefined) =>
    fetch(cursor === undefined ? null : keysOf(cursor, columns.length, readKey));
  let cursor = start;
  let next: Promise<Rows<R>> | undefined;
  try {
    for (;;) {
      const fetched = await (next ?? fetchAfter(cursor));
      next = undefined;
      const { rows, names } = fetched;
      const [first, last] = [rows[0], rows.at(-1)];
      if (first === undefined || last === undefined) return;
      if (rows.length > limit) throw contract("The query gave more rows than `limit`. It must end on LIMIT.");
      requireColumns(columns, names);
      const reached = cursorOf(last, fetched, columns);
      // The first row as well: it tells of a `>=` where `>` is needed.
      if (isSame(reached, cursor) || isSame(cursorOf(first, fetched, columns), cursor))
        throw contract(
          `The cursor did not advance. The query must order by ${columns.join(", ")} and give only rows beyond \`after\`.`,
        );
      cursor = reached;
      const isLast = rows.length < limit;
      if (ahead && !isLast) {
        next = fetchAfter(cursor);
        next.catch(() => {}); // whoever asks for the page meets the failure
      }
      fetched.mapValues?.(); // while the server works at the next page
      yield { rows, cursor };
      if (isLast) return;
    }
  } finally {
    await next?.catch(() => {}); // a consumer that stops early gets its connection back when it is at rest
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
