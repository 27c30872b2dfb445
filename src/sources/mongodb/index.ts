/**
 * MongoDB as a source, over a collection of the official driver, version 6 or newer.
 *
 * Every value arrives as JSON can carry it, whatever the client's own settings are:
 *
 * | BSON | record |
 * |---|---|
 * | ObjectId | string, its 24 hexadecimal digits |
 * | int, double | number (`NaN` and the infinities stay what they are, and JSON has no place for them) |
 * | long, Decimal128 | string |
 * | date | `"YYYY-MM-DDTHH:MM:SS.mmmZ"`; years beyond 9999 as `Date` writes them |
 * | binary | string, base64; a UUID (subtype 4) as `"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"` |
 * | timestamp | `{ t, i }`: seconds and increment |
 * | regular expression | `"/pattern/options"` |
 * | null, undefined | `null` |
 * | code | string; `{ code, scope }` where it has a scope |
 * | symbol | string |
 * | DBRef | `{ $ref, $id, $db }` |
 * | MinKey, MaxKey | `"MinKey"`, `"MaxKey"` |
 * | string, bool, array, document | as they are, mapped inside |
 */

export type {
  MongodbBson,
  MongodbClient,
  MongodbCollection,
  MongodbCursor,
  MongodbSession,
} from "./collection.ts";
export { mongodbSnapshot } from "./snapshot.ts";
export { type MongodbSourceOptions, mongodbSource } from "./source.ts";
