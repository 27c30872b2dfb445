/** `texts.mjs N FILE BUNDLE`: writes the JSON and the CSV of a bundle to FILE.json and FILE.csv, the ready texts that peers begin with. */
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import yauzl from "yauzl";
import { measured } from "../measured.mjs";

const [, , , file, bundle] = process.argv;
await measured(async () => {
  const zip = await yauzl.openPromise(bundle);
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const ending = /^data\/[^/]+(\.json|\.csv)$/.exec(entry.fileName)?.[1];
    if (ending === undefined) continue;
    bytes += entry.uncompressedSize;
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file + ending));
  }
  zip.close();
  return { bytes };
});
