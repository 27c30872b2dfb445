import { fileEventLog, receiveRequest } from "../../src/workflow/index.ts";

/** Appends without end, and says after each line how many are safe. Its parent kills it. */
const log = await fileEventLog(process.argv[2] as string);
const record = receiveRequest({ id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77", type: "access" }, { at: 0 });
for (;;) {
  await log.appendTransition(record);
  process.stdout.write(`${log.head.lines}\n`);
}
