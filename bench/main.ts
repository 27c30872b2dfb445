/**
 * `npm run bench [name…] [-- --json]`: each line states the work, the value, the target and whether it holds. Ratios are taken in one run
 * on one machine, from medians; memory is the peak resident size that the operating system saw of a whole process.
 */
import { memory } from "./memory.ts";

export interface BenchLine {
  readonly name: string;
  readonly work: string;
  readonly value: number;
  readonly unit: string;
  /** In words, e.g. `"<= 1.2"`; nothing when the line only informs. */
  readonly target?: string;
  readonly holds?: boolean;
}

const benches: Readonly<Record<string, () => AsyncIterable<BenchLine>>> = { memory };

const json = process.argv.includes("--json");
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`);
  process.exit(2);
}

for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for await (const line of bench()) {
    if (json) console.log(JSON.stringify(line));
    else {
      const verdict =
        line.target === undefined ? "" : `  target ${line.target}  ${line.holds ? "holds" : "FALLS SHORT"}`;
      console.log(
        `${line.name.padEnd(28)} ${String(line.value).padStart(9)} ${line.unit.padEnd(8)} ${line.work}${verdict}`,
      );
    }
    if (line.holds === false) process.exitCode = 1;
  }
}
