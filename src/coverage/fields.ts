import { readShape } from "../codec/shape.ts";
import { leftOut } from "../codec/view.ts";
import type { Dataset } from "../model/dataset.ts";
import { pointerKeys } from "../model/json.ts";

/** What becomes of a record's field. `subject` is the key that says whose the record is; `withheld` is named in the manifest, without its value. */
export type FieldStanding = "given" | "subject" | "withheld" | "dropped";

/** Says what becomes of each field that a dataset's query gives. */
export function fieldStandings({ name, schema, subjectField, privacy }: Dataset): (field: string) => FieldStanding {
  const view = { scope: "access", origin: privacy.origin, legalBasis: privacy.legalBasis } as const;
  const [key = "", ...deeper] = pointerKeys(subjectField) ?? [];
  const standings = new Map<string, FieldStanding>(deeper.length === 0 ? [[key, "subject"]] : []);
  for (const property of readShape(schema, name).properties) {
    const isWithheld = leftOut(property.privacy, view) !== undefined || property.privacy.thirdParty !== undefined;
    standings.set(property.name, isWithheld ? "withheld" : "given");
  }
  return (field) => standings.get(field) ?? "dropped";
}
