/** The source is read twice, for JSON and for CSV, into archiver; the author gathers the text into chunks of 64 KiB before zlib. */
import { createWriteStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipArchive } from "archiver";
import { format } from "fast-csv";
import { measured } from "../measured.mjs";
import { batching, count, csvOptions, file, flattening, jsonLines, names, usageLog, validating } from "./pieces.mjs";

await measured(async () => {
  const archive = new ZipArchive({ zlib: { level: 6 } });
  const written = pipeline(archive, createWriteStream(file));
  for (const [name, ...steps] of [
    [names.json, validating(), jsonLines()],
    [names.csv, flattening(), format(csvOptions)],
  ]) {
    const text = batching();
    archive.append(text, { name });
    await pipeline(Readable.from(usageLog(count)), ...steps, text);
  }
  await archive.finalize();
  await written;
  return { bytes: statSync(file).size };
});
