import { withOrders } from "./database.ts";
import {
  type BenchLine,
  check,
  checkBundle,
  child,
  commands,
  contents,
  counted,
  interleaved,
  isHere,
  judged,
  medianOf,
  notRun,
  type Run,
  ratio,
  scaled,
} from "./measure.ts";
import { allColumns } from "./orders.mjs";

/** A whole export of a table of PostgreSQL, against the same by hand and by DuckDB. */
export async function* largeFromPostgres(file: (name: string) => string): AsyncGenerator<BenchLine> {
  for (const command of ["psql", "zip"])
    if (!isHere(command)) return notRun("large.postgres", `there is no ${command} on this machine`);
  const count = scaled(1_200_000);
  yield* withOrders("large.postgres", count, () => measure(count, file));
}

async function* measure(count: number, file: (name: string) => string): AsyncGenerator<BenchLine> {
  const [hand, bundle] = [file("hand"), file("postgres.zip")];
  const runs = interleaved<"ours" | "hand" | "duckdb", Pick<Run, "wallMs">>({
    ours: () => child("postgres-child.mjs", [count, bundle]),
    hand: () => byHand(hand),
    duckdb: () => child("peers/duckdb.mjs", [count, hand]),
  });
  await checkBundle(bundle, "orders", count);
  const theirs = await contents(`${hand}.zip`);
  check(theirs.get("hand.csv")?.lines === count + 1 && theirs.get("hand.json")?.lines === count, "the rows of psql");

  const seconds = (of: readonly Pick<Run, "wallMs">[]) => medianOf(of, ({ wallMs }) => wallMs / 1000, 2);
  yield {
    name: "large.postgres",
    work: `wall time of an export from PostgreSQL, ${counted(count)} rows of 16 columns`,
    value: seconds(runs.ours),
    unit: "s",
  };
  for (const [name, what, other] of [
    ["by-hand", "psql \\copy to CSV and to JSON, then zip -6", runs.hand],
    ["duckdb", "DuckDB's COPY of a table in its memory to CSV and to JSON, then zip -6", runs.duckdb],
  ] as const) {
    const work = `wall time against ${what} (${seconds(other)} s)`;
    yield judged({ name: `large.postgres-${name}`, work, value: ratio(runs.ours, other), unit: "ratio" }, "<=", 1);
  }
}

function byHand(file: string): Pick<Run, "wallMs"> {
  const rows = `SELECT ${allColumns} FROM orders WHERE account = 'acc_1' ORDER BY id`;
  const copy = (query: string, to: string) => ["psql", "-q", "-c", `\\copy (${query}) TO '${to}`] as const;
  const [psql, q, c, csv] = copy(rows, `${file}.csv' CSV HEADER`);
  const [, , , json] = copy(`SELECT row_to_json(t) FROM (${rows}) t`, `${file}.json'`);
  const zip = `${file}.zip`;
  commands(["rm", "-f", zip]);
  return commands([psql, q, c, csv], [psql, q, c, json], ["zip", "-6", "-q", "-j", zip, `${file}.csv`, `${file}.json`]);
}
