import { withOrders } from "./database.ts";
import { type BenchLine, child, counted, interleaved, judged, medianOf, ratio, rounded, scaled } from "./measure.ts";

/** Our PostgreSQL source against a bare loop over a cursor. */
export async function* source(): AsyncGenerator<BenchLine> {
  const count = scaled(400_000);
  yield* withOrders("source", count, () => measure(count));

  const few = scaled(50_000);
  const { pglite } = interleaved({ pglite: () => child("source-child.mjs", [few, "pglite"]) });
  yield {
    name: "source.pglite",
    work: `our source over PGlite, ${counted(few)} rows of 10 columns`,
    value: medianOf(pglite, ({ wallMs }) => few / wallMs),
    unit: "k/s",
  };
}

async function* measure(count: number): AsyncGenerator<BenchLine> {
  const read = (way: string, page = 500) => child("source-child.mjs", [count, way, page]);
  const runs = interleaved({
    bare: () => read("bare"),
    keyset: () => read("keyset"),
    cursor: () => read("cursor"),
    keyset2000: () => read("keyset", 2_000),
    raw: () => read("raw"),
  });
  const rows = `${counted(count)} rows of 10 columns`;
  for (const [name, work, of] of [
    ["bare", `a loop over FETCH 2000 with pg's own parsers, ${rows}`, runs.bare],
    ["raw", `the same without parsing, ${rows}`, runs.raw],
    ["keyset", `our source by keyset in pages of 500, ${rows}`, runs.keyset],
    ["cursor", `our source by server-side cursor in pages of 500, ${rows}`, runs.cursor],
    ["keyset-2000", `our source by keyset in pages of 2,000, ${rows}`, runs.keyset2000],
  ] as const) {
    yield { name: `source.${name}`, work, value: medianOf(of, ({ wallMs }) => count / wallMs), unit: "k/s" };
    if (of === runs.bare) continue;
    const value = rounded(ratio(runs.bare, of), 3);
    const line = {
      name: `source.${name}-to-bare`,
      work: "rows per second of it against the bare loop",
      value,
      unit: "ratio",
    };
    yield of === runs.keyset || of === runs.cursor ? judged(line, ">=", 0.9) : line;
  }
}
