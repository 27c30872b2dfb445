import { Transform } from "node:stream";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { usageRecord, usageSchema } from "../usage-log.mjs";

/** What the peers have in common: the records, and a Transform for each step and record, as the manuals of their libraries show it. */

export function* usageLog(count) {
  for (let index = 0; index < count; index++) yield usageRecord(index);
}

export function validating() {
  const ajv = new Ajv();
  addFormats(ajv);
  const valid = ajv.compile(usageSchema);
  return new Transform({
    objectMode: true,
    transform: (record, _encoding, done) =>
      valid(record) ? done(null, record) : done(new Error(ajv.errorsText(valid.errors))),
  });
}

/** One JSON array, a record a line, as we lay it out. */
export function jsonLines() {
  let before = "[\n";
  return new Transform({
    writableObjectMode: true,
    transform(record, _encoding, done) {
      done(null, before + JSON.stringify(record));
      before = ",\n";
    },
    flush: (done) => done(null, before === ",\n" ? "\n]\n" : "[\n]\n"),
  });
}

export function flattening() {
  return new Transform({
    objectMode: true,
    transform: (record, _encoding, done) => done(null, flat(record)),
  });
}

/** A row of the CSV: the nested place in columns of its own. */
export function flat({ geo, ...rest }) {
  return { ...rest, "geo.country": geo.country, "geo.city": geo.city };
}

/** Gathers text into chunks of 64 KiB. */
export function batching() {
  let text = "";
  return new Transform({
    decodeStrings: false,
    transform(chunk, _encoding, done) {
      text += chunk;
      if (text.length < 64 * 1024) return done();
      const full = text;
      text = "";
      done(null, full);
    },
    flush: (done) => done(null, text),
  });
}

/** The arguments of every peer: so many records, into this file. */
export const [count, file] = [Number(process.argv[2]), process.argv[3]];
export const names = { json: "data/api-requests.json", csv: "data/api-requests.csv" };
export const csvOptions = { headers: true, includeEndRowDelimiter: true };
