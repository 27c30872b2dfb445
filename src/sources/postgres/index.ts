/**
 * PostgreSQL as a source, over pg's `Pool` or `Client`, or over `PGlite`.
 *
 * Every value arrives as JSON can carry it, without loss, whatever the client's own parsers and the server's settings are:
 *
 * | PostgreSQL | record |
 * |---|---|
 * | `bool` | boolean |
 * | `int2`, `int4`, `oid`, `float4`, `float8` | number (`NaN` and the infinities stay what they are, and JSON has no place for them) |
 * | `int8`, `numeric`, `money` | string, as the server writes it (`money` by its `lc_monetary`) |
 * | `bytea` | string, base64 |
 * | `date` | `"YYYY-MM-DD"` |
 * | `timestamptz` | `"YYYY-MM-DDTHH:MM:SS.mmmZ"`, with six digits when there are microseconds beyond milliseconds |
 * | `timestamp` | the same without `Z` |
 * | `infinity`, and years BC or beyond 9999, of these three | string, as the server writes it |
 * | `json`, `jsonb` | parsed; a number that no JavaScript number equals becomes the string of its digits |
 * | arrays of the above and of the text types | array, NULL elements `null`; bounds other than 1 are not kept |
 * | everything else: text, `uuid`, `time`, `interval` (ISO 8601), `inet`, ranges, enums and their arrays, … | string, as the server writes it |
 *
 * One loss is not ours to mend: PGlite drops a U+FEFF that begins a text before it hands the text over. Over pg it survives.
 */

export type {
  PGliteLike,
  PGliteTransactionLike,
  PostgresClient,
  PostgresConnections,
  PostgresPool,
  PostgresPoolClient,
  PostgresRow,
  PostgresStatement,
} from "./connection.ts";
export type { PostgresPartitionsOptions } from "./partitions.ts";
export { type PostgresSnapshot, postgresSnapshot } from "./snapshot.ts";
export { type PostgresQueryContext, type PostgresSourceOptions, postgresSource } from "./source.ts";
