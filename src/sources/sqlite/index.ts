/**
 * SQLite as a source, over better-sqlite3, or over node:sqlite of Node.js 22.16 or newer.
 *
 * A value's type is its own in SQLite, whatever its column says, and so it is in the record:
 *
 * | SQLite | record |
 * |---|---|
 * | INTEGER within ±(2^53 − 1) | number |
 * | INTEGER beyond | string of its digits; `CAST(column AS TEXT)` makes all of a column strings |
 * | REAL | number (the infinities stay what they are, and JSON has no place for them) |
 * | TEXT | string: dates, decimals, booleans and JSON are what the application wrote |
 * | BLOB | string, base64 |
 * | NULL | null |
 *
 * Text that is no valid UTF-8 is mended by the drivers, with U+FFFD; `CAST(column AS BLOB)` keeps its bytes.
 */

export type {
  SqliteConnections,
  SqliteDatabase,
  SqlitePrepared,
  SqliteRow,
  SqliteStatement,
} from "./connection.ts";
export { type SqliteSnapshot, sqliteSnapshot } from "./snapshot.ts";
export { type SqliteQueryContext, type SqliteSourceOptions, sqliteSource } from "./source.ts";
export type { SqliteValue } from "./values.ts";
