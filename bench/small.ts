import { verifyBundle } from "portmanteau";
import {
  type BenchLine,
  check,
  child,
  counted,
  inFolder,
  interleaved,
  isHere,
  judged,
  medianOf,
  scaled,
} from "./measure.ts";

/** How many small exports one core answers. */
export async function* small(): AsyncGenerator<BenchLine> {
  yield* inFolder(async function* (file) {
    const exports = scaled(1_000);
    const pinned = isHere("taskset") ? ["taskset", "-c", "0"] : [];
    const { runs } = interleaved({ runs: () => child("small-child.mjs", [exports, file("bundle.zip")], { pinned }) });
    for await (const { code, path } of verifyBundle(file("bundle.zip"))) check(false, `${code} ${path ?? ""}`);
    const core = pinned.length > 0 ? "one core" : "no core of its own";
    yield judged(
      {
        name: "small.exports",
        work: `${counted(exports)} exports of 5 datasets x 20 records, one after the other, ${core}`,
        value: medianOf(runs, ({ wallMs }) => exports / (wallMs / 1000)),
        unit: "/s",
      },
      ">=",
      300,
    );
    yield { name: "small.p50", work: "time of one", value: medianOf(runs, (run) => run["p50Ms"]!, 2), unit: "ms" };
    yield { name: "small.p99", work: "time of one", value: medianOf(runs, (run) => run["p99Ms"]!, 2), unit: "ms" };
  });
}
