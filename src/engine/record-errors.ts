import type { RecordError } from "../codec/ajv.ts";
import type { Property, Shape } from "../codec/shape.ts";
import { PortmanteauError } from "../model/errors.ts";
import { pointerKeys, pointerStep } from "../model/json.ts";
import type { Guard } from "./guard.ts";
import type { OpenPart } from "./part.ts";
import { type Place, recordAt } from "./place.ts";

/** A record whose accessors throw, or that is a proxy gone wrong, is the source's fault; the foreign error stays the cause. */
export function encodeRecord(part: OpenPart, guard: Guard, record: unknown, place: Place, recordIndex: number) {
  try {
    guard(record, recordIndex);
    return part.encode(record);
  } catch (cause) {
    throw unreadableRecord(cause, place, recordIndex);
  }
}

export function guardRecord(guard: Guard, record: unknown, place: Place, recordIndex: number): void {
  try {
    guard(record, recordIndex);
  } catch (cause) {
    throw unreadableRecord(cause, place, recordIndex);
  }
}

function unreadableRecord(cause: unknown, place: Place, recordIndex: number): PortmanteauError {
  if (PortmanteauError.is(cause) && cause.code === "SUBJECT_MISMATCH") return cause;
  const { name, context } = recordAt(place, recordIndex);
  return new PortmanteauError("SOURCE_FAILED", `${name} cannot be read.`, { context, cause });
}

/** A pointer without the keys of maps and unknown objects: those are data. */
function safePointer(root: Shape, pointer: string): string {
  let shape: Shape | undefined = root;
  let safe = "";
  for (const key of pointerKeys(pointer) ?? []) {
    const property: Property | undefined =
      shape?.kind === "object" ? shape.properties.find(({ name }) => name === key) : undefined;
    safe += property !== undefined || shape?.kind === "array" ? pointerStep(key) : "/*";
    shape =
      property?.shape ?? (shape?.kind === "array" ? shape.items : shape?.kind === "map" ? shape.values : undefined);
  }
  return safe || "/";
}

/** What a record that does not match its schema ends its dataset with, when it says `onInvalid: "fail"`. */
export function invalidRecord(
  errors: readonly RecordError[],
  shape: Shape,
  place: Place,
  recordIndex: number,
): PortmanteauError {
  const where = errors.map(({ pointer, message }) => `${safePointer(shape, pointer)} ${message}`).join("; ");
  const { name, context } = recordAt(place, recordIndex);
  return new PortmanteauError("RECORD_INVALID", `${name} does not match its schema: ${where}.`, { context });
}
