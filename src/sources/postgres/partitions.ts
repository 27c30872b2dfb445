import type { Partition } from "../../model/source.ts";
import { contract, invalid } from "../../model/source-error.ts";
import { requireColumns } from "../sql/contract.ts";
import { cursorOf, isSame, keysOf } from "../sql/keyset.ts";
import type { PostgresRow, PostgresStatement, Result } from "./connection.ts";
import { keyed, readKey } from "./keyset.ts";

/** Into how many ranges of its cursor a dataset is divided. */
export interface PostgresPartitionsOptions {
  /** How many ranges at most, 2 to 256. More than the exporter has lanes do not make it faster. */
  readonly count: number;
  /** How many rows each has at least: a subject with fewer than twice as many is read as a whole. Default 10,000. */
  readonly leastRows?: number;
}

/** The rows beyond `after`, up to and including `until`; `null` where there is no bound, so that new rows at either end are in a range. */
export type KeyRange = {
  readonly after: string | readonly string[] | null;
  readonly until: string | readonly string[] | null;
};

/** How the rows are divided, and by what. */
export interface Division extends Required<PostgresPartitionsOptions> {
  /** The cursor columns. */
  readonly columns: readonly string[];
}

/** Most rows that a query is asked for; also `$3::int` takes it. */
const allRows = 2 ** 31 - 1;

/** @throws {PortmanteauError} `CONFIG_INVALID` */
export function divisionOf(
  { count, leastRows = 10_000 }: PostgresPartitionsOptions,
  columns: readonly string[] | undefined,
): Division {
  if (columns === undefined) throw invalid("`partitions` are ranges of the cursor columns. Name them in `cursor`.");
  if (!Number.isInteger(count) || count < 2 || count > 256)
    throw invalid("`partitions.count` is no whole number from 2 to 256.");
  if (!Number.isInteger(leastRows) || leastRows < 1 || leastRows > allRows)
    throw invalid(`\`partitions.leastRows\` is no whole number from 1 to ${allRows}.`);
  return { columns, count, leastRows };
}

/** What a read may be asked for. */
type RangeQuery = (range: KeyRange, limit: number) => PostgresStatement;

/**
 * Selects the last row of each range, and the row before it, by the number of rows and in the order of the query itself: it may sort its
 * keys as it likes.
 */
function boundaryStatement(query: RangeQuery, { columns, count, leastRows }: Division): PostgresStatement {
  const { text, values = [] } = query({ after: null, until: null }, allRows);
  const keys = columns.map(quotedName);
  const before = keys.map((key, index) => `lag(${key}) OVER () AS ${beforeName(index)}`);
  return {
    text: `
SELECT ${[...keys, ...columns.map((_, index) => beforeName(index))].join(", ")}
FROM (SELECT *, greatest(1, least(${count}, portmanteau_rows / ${leastRows})) AS portmanteau_ranges
  FROM (SELECT ${[...keys, ...before].join(", ")}, row_number() OVER () AS portmanteau_row, count(*) OVER () AS portmanteau_rows
    FROM (
${text.replace(/;\s*$/, "")}
    ) AS portmanteau_query) AS portmanteau_numbered) AS portmanteau_divided
WHERE portmanteau_row * portmanteau_ranges % portmanteau_rows < portmanteau_ranges
ORDER BY portmanteau_row`,
    values,
  };
}

/**
 * Divides the rows into ranges of the same number of rows, but for one. The query is tried at the first boundary: one that takes `until` for
 * something else would lose rows, or give them twice.
 *
 * @param ask runs a statement; all of them see the same moment
 */
export async function keyRanges(
  query: RangeQuery,
  division: Division,
  ask: (statement: PostgresStatement) => Promise<Result>,
): Promise<readonly KeyRange[]> {
  const { columns } = division;
  const result = await ask(boundaryStatement(query, division));
  const bounds = result.rows.slice(0, -1).map((row) => keysAt(row, result, columns));
  const [first] = bounds;
  const [row] = result.rows;
  if (first !== undefined && row !== undefined) {
    const names = columns.map((_, index) => beforeName(index));
    const after = row[names[0] as string] === null ? null : keysAt(row, result, names);
    const tried = await ask(query({ after, until: first }, 2));
    const [only] = tried.rows;
    if (only === undefined || tried.rows.length > 1 || !isSame(keysAt(only, tried, columns), first))
      throw contract(
        `The query does not keep to \`until\`. With \`partitions\` it must give the rows up to that one and including it, as in: ${columns[0]} <= $4.`,
      );
  }
  return [...bounds, null].map((until, index) => ({ after: bounds[index - 1] ?? null, until }));
}

/** A row's keys, as a query takes them. */
function keysAt(row: PostgresRow, result: Result, columns: readonly string[]): string | readonly string[] {
  requireColumns(columns, keyed(result).names);
  return keysOf(cursorOf(row, keyed(result), columns), columns.length, readKey);
}

/** The range that the engine hands back, which must be of the shape we gave. */
export function keyRangeOf(partition: Partition, columns: number): KeyRange {
  const bounds = partition as { readonly [bound: string]: Partition } | null;
  const bound = (name: "after" | "until") => {
    const key = bounds?.[name];
    return key === null ? null : keysOf(key ?? 0, columns, readKey);
  };
  return { after: bound("after"), until: bound("until") };
}

function beforeName(index: number): string {
  return `portmanteau_before_${index}`;
}

function quotedName(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}
