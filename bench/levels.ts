import {
  type BenchLine,
  checkBundle,
  child,
  counted,
  inFolder,
  interleaved,
  medianOf,
  ratio,
  scaled,
} from "./measure.ts";

/** What zlib's levels cost and save: the default is chosen by it. */
export async function* levels(): AsyncGenerator<BenchLine> {
  yield* inFolder(async function* (file) {
    const records = scaled(300_000);
    const run = (level: number) => child("export-child.mjs", [records, file(`${level}.zip`), "--level", level]);
    const runs = interleaved({ at1: () => run(1), at3: () => run(3), at6: () => run(6), at9: () => run(9) });
    for (const [level, of] of [
      [1, runs.at1],
      [3, runs.at3],
      [6, runs.at6],
      [9, runs.at9],
    ] as const) {
      await checkBundle(file(`${level}.zip`), "api-requests", records);
      const work = `zlib level ${level}, ${counted(records)} records`;
      const wall = medianOf(of, ({ wallMs }) => wallMs / 1000, 2);
      const against = `${ratio(of, runs.at6)} x level 6`;
      yield { name: `levels.${level}-wall`, work: `${work}, ${against}`, value: wall, unit: "s" };
      const size = medianOf(of, ({ bytes }) => bytes / 1e6, 2);
      yield { name: `levels.${level}-size`, work, value: size, unit: "MB" };
    }
  });
}
