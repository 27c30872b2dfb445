/**
 * Redis as a source, over a client of node-redis or ioredis: a subject's keys, by pattern or by name, one record for each.
 *
 * | type | `value` |
 * |---|---|
 * | string | string |
 * | hash | object of strings |
 * | list | array of strings, in its order |
 * | set | array of strings, in the order of their bytes |
 * | zset | array of `{ member, score }`, in the order of the scores; an infinite score is `"inf"` or `"-inf"` |
 * | stream | array of `{ id, fields }`, fields as `[name, value]` in their order: a name may be there twice |
 *
 * Texts that are not UTF-8 are base64, which `encoding` says. Types of modules are refused.
 */

export type { IORedisClient, NodeRedisClient, RedisArgument, RedisClient } from "./client.ts";
export { type RedisRecord, type RedisSourceOptions, redisSource } from "./source.ts";
export type { RedisEncoding, RedisType } from "./values.ts";
