import type { Dataset } from "../model/dataset.ts";
import type { ColumnName, TracedQuery } from "./catalogue.ts";
import { type FieldStanding, fieldStandings } from "./fields.ts";

export interface TracedDataset {
  readonly dataset: Dataset;
  readonly query: TracedQuery | Error;
}

/** What a dataset does with a column: the field it reads it into, and what becomes of that. */
export interface Use {
  readonly dataset: string;
  readonly field: string;
  readonly standing: FieldStanding;
}

/** What the datasets do with the columns of one database. */
export class Uses {
  readonly #byColumn = new Map<string, Use[]>();
  readonly #mentions = new Map<string, ReadonlySet<string>>();

  constructor(traced: readonly TracedDataset[]) {
    for (const { dataset, query } of traced) {
      if (query instanceof Error) continue;
      const { name } = dataset;
      const standingOf = fieldStandings(dataset);
      if (query.mentions !== undefined) this.#mentions.set(name, new Set(query.mentions.map(keyOf)));
      for (const { name: field, columns } of query.fields)
        for (const column of columns) {
          const uses = this.#byColumn.get(keyOf(column)) ?? [];
          uses.push({ dataset: name, field, standing: standingOf(field) });
          this.#byColumn.set(keyOf(column), uses);
        }
    }
  }

  of(column: ColumnName): readonly Use[] {
    return this.#byColumn.get(keyOf(column)) ?? [];
  }

  /** Whether a dataset's query surely leaves a column alone; false when nobody can say. */
  neverReads(dataset: string, column: ColumnName): boolean {
    return this.#mentions.get(dataset)?.has(keyOf(column)) === false;
  }
}

function keyOf({ table, column }: ColumnName): string {
  return JSON.stringify([table, column]);
}
