/** Reads a bundle of one dataset: `verify-child.mjs N FILE full|digests|records`. */
import { openBundle, verifyBundle } from "portmanteau";
import { measured } from "./measured.mjs";

const [, , records, file, what] = process.argv;

await measured(async () => {
  const bundle = await openBundle(file);
  const bytes = bundle.entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (what === "records") {
    let read = 0;
    for await (const record of bundle.dataset("api-requests").records()) if (record.accountId === "acc_1") read++;
    if (read !== Number(records)) throw new Error(`Read ${read} records.`);
  } else {
    for await (const { code, message } of verifyBundle(file, { level: what })) throw new Error(`${code}: ${message}`);
  }
  bundle.close();
  return { bytes };
});
