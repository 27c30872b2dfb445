import type { PortmanteauError } from "../../model/errors.ts";

/** Makes an adapter's error of what was thrown; `what` is the subject of its sentence. */
export type Failure = (cause: unknown, what: string) => PortmanteauError;

/** What one of the caller's functions gives. @throws {PortmanteauError} for what it throws, naming the option */
export function called<T>(option: string, call: () => T, failure: Failure): T {
  try {
    return call();
  } catch (cause) {
    throw failure(cause, `\`${option}\``);
  }
}

/** The records that `map` makes of rows; without it the rows themselves. */
export function mapped<Row, R>(rows: readonly Row[], options: { map?(row: Row): R }, failure: Failure): readonly R[] {
  const map = options.map?.bind(options);
  if (map === undefined) return rows as readonly unknown[] as readonly R[];
  return called("map", () => rows.map((row) => map(row)), failure);
}
