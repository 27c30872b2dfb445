/**
 * MySQL and MariaDB as a source, over a Pool of `mysql2` or `mysql2/promise`.
 *
 * Every value arrives as JSON can carry it, without loss, whatever the pool's own options (`typeCast`, `dateStrings`, `timezone`,
 * `supportBigNumbers`, `decimalNumbers`, `rowsAsArray`, `charset`, …) and the session's settings are:
 *
 * | MySQL, MariaDB | record |
 * |---|---|
 * | `TINYINT` (and so `BOOLEAN`), `SMALLINT`, `MEDIUMINT`, `INT`, `YEAR` | number: a `TINYINT(1)` is 0 or 1, for it can hold 2 as well |
 * | `BIGINT`, `DECIMAL` | string, as the server writes it |
 * | `FLOAT`, `DOUBLE` | number (a result with a `FLOAT` is read in the binary protocol, for as text it would lose digits; that takes longer) |
 * | `BIT(n)` | string of n binary digits |
 * | `DATE` | `"YYYY-MM-DD"` |
 * | `TIMESTAMP` | `"YYYY-MM-DDTHH:MM:SS.mmmZ"`, with six digits when there are microseconds beyond milliseconds |
 * | `DATETIME` | the same without `Z`: the server does not know its zone |
 * | of these three, zeros in the place of year, month or day | string, as the server writes it: `"0000-00-00 00:00:00"` |
 * | `TIME` | string, `"-838:59:59.5"` |
 * | `JSON` | parsed; a number that no JavaScript number equals becomes the string of its digits |
 * | `BINARY`, `VARBINARY`, `BLOB`s | string, base64 |
 * | `GEOMETRY` and its kinds, `VECTOR` | string, base64 of the server's bytes (SRID in four of them, then WKB); `ST_AsGeoJSON(column)` and `VECTOR_TO_STRING(column)` give words |
 * | everything else: `CHAR`, `VARCHAR`, `TEXT`s, `ENUM`, `SET`, `UUID`, `INET6`, … | string |
 *
 * MariaDB's JSON is a text type; mysql2 tells it from other text since its version 3.23, and before it stays a string.
 */

export type {
  MysqlCallbackPool,
  MysqlConnection,
  MysqlPool,
  MysqlQueryOptions,
  MysqlRow,
  MysqlRunning,
  MysqlStatement,
} from "./connection.ts";
export type { MysqlKey } from "./literals.ts";
export { type MysqlSnapshot, mysqlSnapshot } from "./snapshot.ts";
export { type MysqlQueryContext, type MysqlSourceOptions, mysqlSource } from "./source.ts";
export type { MysqlValue } from "./values.ts";
