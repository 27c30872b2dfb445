/** Everything in memory: JSON.stringify of all records, fast-csv's writeToString, archiver with two buffers. */
import { createWriteStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { ZipArchive } from "archiver";
import { writeToString } from "fast-csv";
import { measured } from "../measured.mjs";
import { usageSchema } from "../usage-log.mjs";
import { count, csvOptions, file, flat, names, usageLog } from "./pieces.mjs";

await measured(async () => {
  const ajv = new Ajv();
  addFormats(ajv);
  const valid = ajv.compile(usageSchema);
  const records = [...usageLog(count)];
  if (!records.every((record) => valid(record))) throw new Error(ajv.errorsText(valid.errors));
  const archive = new ZipArchive({ zlib: { level: 6 } });
  const written = pipeline(archive, createWriteStream(file));
  archive.append(JSON.stringify(records), { name: names.json });
  archive.append(await writeToString(records.map(flat), csvOptions), { name: names.csv });
  await archive.finalize();
  await written;
  return { bytes: statSync(file).size };
});
