/** One pass: JSON goes into the zip as it comes, CSV to a temporary file that is appended after. Every record is a chunk of its own. */
import { createWriteStream, rmSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipArchive } from "archiver";
import { format } from "fast-csv";
import { measured } from "../measured.mjs";
import { count, csvOptions, file, flattening, jsonLines, names, usageLog, validating } from "./pieces.mjs";

await measured(async () => {
  const archive = new ZipArchive({ zlib: { level: 6 } });
  const written = pipeline(archive, createWriteStream(file));
  const [records, json] = [validating(), jsonLines()];
  archive.append(json, { name: names.json });
  const spool = `${file}.csv`;
  await Promise.all([
    pipeline(Readable.from(usageLog(count)), records, json),
    pipeline(records, flattening(), format(csvOptions), createWriteStream(spool)),
  ]);
  archive.file(spool, { name: names.csv });
  await archive.finalize();
  await written;
  rmSync(spool);
  return { bytes: statSync(file).size };
});
