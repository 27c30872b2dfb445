/**
 * `deflate.mjs N FILE at-once|in-turn`: FILE.json and FILE.csv deflated at level 6 by two zlib streams, nothing else. The texts are read
 * before the clock starts, and what comes out is thrown away.
 */
import { readFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createDeflateRaw } from "node:zlib";
import { measured } from "../measured.mjs";

const [, , , file, way] = process.argv;
const texts = [".json", ".csv"].map((ending) => readFileSync(file + ending));
const chunkBytes = 128 * 1024;

function* chunks(text) {
  for (let at = 0; at < text.length; at += chunkBytes) yield text.subarray(at, at + chunkBytes);
}

async function deflated(text) {
  const zlib = createDeflateRaw({ level: 6, chunkSize: 64 * 1024 });
  let bytes = 0;
  const away = new Writable({
    write(chunk, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  await pipeline(Readable.from(chunks(text), { objectMode: false, highWaterMark: chunkBytes }), zlib, away);
  if (zlib.bytesWritten !== text.length) throw new Error("Not all of the text was deflated.");
  return bytes;
}

await measured(async () => {
  const sizes = [];
  if (way === "in-turn") for (const text of texts) sizes.push(await deflated(text));
  else sizes.push(...(await Promise.all(texts.map(deflated))));
  return { bytes: sizes[0] + sizes[1], json: sizes[0], csv: sizes[1] };
});
