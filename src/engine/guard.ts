import { PortmanteauError } from "../model/errors.ts";
import { pointerKeys } from "../model/json.ts";
import { type Place, recordAt } from "./place.ts";

/** Throws unless the record belongs to the subject. */
export type Guard = (record: unknown, recordIndex: number) => void;

/**
 * Makes the check that every record passes before anything else is done with it: the key at `pointer`, as text, is exactly the subject's.
 *
 * @throws the guard throws {PortmanteauError} `SUBJECT_MISMATCH`; it is never retried and never partial
 */
export function subjectGuard(pointer: string, subjectId: string, place: Place): Guard {
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
      value === undefined || value === null
        ? `does not have the subject's key at ${pointer}`
        : `belongs to somebody else, as ${pointer} says`;
    const { name, context } = recordAt(place, recordIndex);
    throw new PortmanteauError("SUBJECT_MISMATCH", `${name} ${what}. Nothing is delivered. Mend the source's query.`, {
      context: { ...context, pointer },
    });
  };
}
