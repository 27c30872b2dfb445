/** One row of a table, by column name. */
export type Row = Readonly<Record<string, unknown>>;

export const dayMs = 24 * 60 * 60 * 1000;
/** The moment the sample data ends. */
export const now = Date.UTC(2025, 10, 23, 12);

export function number(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}

/** ISO 8601 with microseconds, as PostgreSQL keeps them. */
export function timestamp(ms: number, micros = 0): string {
  return new Date(ms).toISOString().replace("Z", `${number(micros, 3)}Z`);
}

export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
