import { PortmanteauError } from "../model/errors.ts";
import { pointerKeys } from "../model/json.ts";

/** Throws unless the record belongs to the subject. */
export type Guard = (record: unknown, recordIndex: number) => void;

/**
 * Makes the check that every record passes before anything else is done with it: the key at `pointer`, as text, is exactly the subject's.
 *
 * @throws the guard throws {PortmanteauError} `SUBJECT_MISMATCH`; it is never retried and never partial
 */
export function subjectGuard(pointer: string, subjectId: string, dataset: string): Guard {
  const keys = pointerKeys(pointer) ?? [];
  return (record, recordIndex) => {
    let value = record;
    for (const key of keys)
      value =
        typeof value === "object" && value !== null && (Object.hasOwn(value, key) || !(key in Object.prototype))
          ? (value as Record<string, unknown>)[key]
          : undefined;
    if (
      (typeof value === "string" || typeof value === "number" || typeof value === "bigint") &&
      String(value) === subjectId
    )
      return;
    const what =
      value === undefined || value === null ? "a record without the subject's key" : "a record of somebody else";
    throw new PortmanteauError(
      "SUBJECT_MISMATCH",
      `Dataset "${dataset}" gave ${what} at ${pointer} (record ${recordIndex}). Nothing is delivered. Mend the source's query.`,
      {
        context: { dataset, recordIndex, pointer },
      },
    );
  };
}
