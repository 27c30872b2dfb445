import { isPlainObject, type JsonValue, pointerStep, setOwn } from "../model/json.ts";
import type { RecordError } from "./ajv.ts";
import { utcDateTime } from "./date-time.ts";
import type { ObjectShape, Property, ScalarShape, Shape } from "./shape.ts";
import { leftOut, redactedText, type View } from "./view.ts";

/** What projecting one part did, counted. */
export interface Tally {
  /** Fields that the schema does not name, by pointer. */
  readonly dropped: Map<string, number>;
  /** Fields about other people that were replaced, by pointer. */
  readonly redacted: Map<string, number>;
}

export interface Projection {
  readonly record: { readonly [name: string]: JsonValue };
  /** Values that have no place in JSON or in the schema's shape; they are not in `record`. */
  readonly errors: RecordError[];
}

interface ProjectOptions {
  /** Makes the pseudonym of a value; the same value gives the same pseudonym within a bundle. */
  readonly pseudonym: (value: string) => string;
}

export type Project = (record: unknown, tally: Tally, options: ProjectOptions) => Projection;

/** A property as its escaped pointer step, an array index as a number, a map's key in a box: it is data. */
type PathStep = string | number | { readonly key: string };
interface State {
  readonly tally: Tally;
  readonly errors: RecordError[];
  readonly pseudonym: (value: string) => string;
  /** Where we are: `path[0..depth)`. Containers write their slot in place, so a field costs one store. */
  readonly path: PathStep[];
  depth: number;
}
/** Gives the value as it leaves; `absent` when it cannot be carried: then an error was noted. */
type Step = (value: unknown, state: State) => JsonValue | typeof absent;

const absent = Symbol("absent");
const maxDepth = 200;
const maxNames = 100;
const unsafeName = "(other names)";

/**
 * Makes the function that takes from a raw record exactly what the schema names, in the schema's order: unknown fields are dropped and
 * counted, what is left out in this view is never read, fields about others are replaced. `Date`, `bigint`, bytes and objects with
 * `toJSON` become the strings that stand for them; what JSON cannot say is an error of the record.
 */
export function compileProject(root: ObjectShape, view: View): Project {
  const steps = new Map<Shape, Step>();

  const stepOf = (shape: Shape): Step => {
    const known = steps.get(shape);
    if (known !== undefined) return known;
    let made: Step = () => absent;
    // Recursive shapes meet the indirection, everything else the step itself.
    steps.set(shape, (value, state) => made(value, state));
    made = shape.kind === "scalar" ? scalarStep(shape) : shape.kind === "object" ? objectStep(shape) : listStep(shape);
    steps.set(shape, made);
    return made;
  };

  const objectStep = (shape: ObjectShape): Step => {
    const fields = shape.properties.map((property) => ({
      property,
      at: pointerStep(property.name),
      step: fieldStep(property),
      left: leftOut(property.privacy, view) !== undefined,
    }));
    const names = new Set(shape.properties.map(({ name }) => name));
    return container(isRecord, "an object", (value, state) => {
      const copy: Record<string, JsonValue> = {};
      for (const { property, at, step, left } of fields) {
        if (left) continue;
        const raw = fieldOf(value, property.name);
        if (raw === undefined) continue;
        state.path[state.depth - 1] = at;
        const projected = step(raw, state);
        if (projected !== absent) setOwn(copy, property.name, projected);
      }
      for (const name of Object.keys(value)) {
        if (!names.has(name)) countDropped(state, name);
      }
      return copy;
    });
  };

  const listStep = (shape: Shape): Step => {
    if (shape.kind === "array") {
      const step = stepOf(shape.items);
      return container(Array.isArray, "an array", (value: readonly unknown[], state) => {
        const copy: JsonValue[] = [];
        for (let index = 0; index < value.length; index++) {
          state.path[state.depth - 1] = index;
          const projected =
            value[index] === undefined ? refuse(state, "type", "the element is undefined") : step(value[index], state);
          copy.push(projected === absent ? null : projected);
        }
        return copy;
      });
    }
    const step = stepOf((shape as Extract<Shape, { kind: "map" }>).values);
    return container(isRecord, "an object", (value, state) => {
      const copy: Record<string, JsonValue> = {};
      for (const name of Object.keys(value)) {
        const key = name.toWellFormed();
        state.path[state.depth - 1] = { key };
        if (Object.hasOwn(copy, key)) refuse(state, "propertyNames", "two keys differ only in broken characters");
        if (value[name] === undefined) continue;
        const projected = step(value[name], state);
        if (projected !== absent) setOwn(copy, key, projected);
      }
      return copy;
    });
  };

  const fieldStep = (property: Property): Step => {
    const { thirdParty } = property.privacy;
    if (thirdParty === undefined) return stepOf(property.shape);
    return (value, state) => {
      if (value === null) return null;
      const identity = thirdParty === "redact" ? "" : identityText(value);
      if (identity === undefined)
        return refuse(state, "type", "the value has no text that a pseudonym could stand for");
      count(state.tally.redacted, render(state, state.depth, "*"));
      return thirdParty === "redact" ? redactedText : state.pseudonym(identity);
    };
  };

  const project = stepOf(root);
  return (record, tally, { pseudonym }) => {
    const state: State = { tally, errors: [], pseudonym, path: [], depth: 0 };
    const projected = project(record, state);
    if (projected === null) refuse(state, "type", "expected an object, found null");
    return { record: isPlainObject(projected) ? (projected as Projection["record"]) : {}, errors: state.errors };
  };
}

/** Makes the projection of one scalar on its own; it gives `undefined` for what cannot be carried. */
export function projectScalar(shape: ScalarShape): (value: unknown) => JsonValue | undefined {
  const step = scalarStep(shape);
  const state: State = {
    tally: { dropped: new Map(), redacted: new Map() },
    errors: [],
    pseudonym: String,
    path: [],
    depth: 0,
  };
  return (value) => {
    const projected = step(value, state);
    state.errors.length = 0;
    return projected === absent ? undefined : projected;
  };
}

function scalarStep({ types, format, base64 }: ScalarShape): Step {
  const text = types.has("string");
  const normalise = format === "date-time" ? utcDateTime : undefined;
  const step: Step = (value, state) => {
    switch (typeof value) {
      case "string": {
        const whole = value.isWellFormed() ? value : value.toWellFormed();
        return normalise === undefined ? whole : normalise(whole);
      }
      case "boolean":
        return value;
      case "number":
        if (!Number.isFinite(value)) return refuse(state, "type", "the number is not finite");
        if (Object.is(value, -0))
          return refuse(state, "type", "the number is negative zero, which CSV and JSON readers confuse with zero");
        return value;
      case "bigint":
        if (text) return value.toString();
        if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value);
        return refuse(state, "type", "the integer is beyond 2^53-1: make it a string in the schema");
      case "object":
        if (value === null) return null;
        if (text && value instanceof Date) {
          return Number.isNaN(value.getTime()) ? refuse(state, "format", "the date is invalid") : value.toISOString();
        }
        if (text && base64 && value instanceof Uint8Array)
          return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
        if (
          !Array.isArray(value) &&
          !(value instanceof Uint8Array) &&
          "toJSON" in value &&
          typeof value.toJSON === "function"
        ) {
          const plain: unknown = value.toJSON();
          if (typeof plain !== "object") return step(plain, state);
        }
        return refuse(state, "type", `expected ${[...types].join(" or ") || "null"}, found ${kindOf(value)}`);
      default:
        return refuse(state, "type", `expected ${[...types].join(" or ") || "null"}, found ${kindOf(value)}`);
    }
  };
  return step;
}

/** A step for values that hold others: the checks, then `fill` one level deeper. */
function container<V>(
  accepts: (value: unknown) => value is V,
  expected: string,
  fill: (value: V, state: State) => JsonValue,
): Step {
  return (value, state) => {
    if (value === null) return null;
    if (!accepts(value)) return refuse(state, "type", `expected ${expected}, found ${kindOf(value)}`);
    if (state.depth === maxDepth) return refuse(state, "depth", `nested deeper than ${maxDepth} levels`);
    state.depth++;
    const filled = fill(value, state);
    state.depth--;
    return filled;
  };
}

/** An object with named fields: no array, date or bytes. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return isPlainObject(value) && !(value instanceof Date) && !ArrayBuffer.isView(value);
}

/** Notes why the value at the current place cannot be carried. */
function refuse(state: State, keyword: string, message: string): typeof absent {
  state.errors.push({ pointer: render(state, state.depth), keyword, message });
  return absent;
}

/** The pointer of the current place; with `star`, the pattern that holds no index and no key that is data. */
function render(state: State, depth: number, star?: "*"): string {
  return state.path
    .slice(0, depth)
    .map((step) =>
      typeof step === "string"
        ? step
        : star !== undefined
          ? "/*"
          : typeof step === "number"
            ? `/${step}`
            : pointerStep(step.key),
    )
    .join("");
}

/** Own properties, and accessors of a class; never what every object inherits. */
function fieldOf(record: Record<string, unknown>, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(record, name) ? undefined : record[name];
}

/** One more of a kind. */
export function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Counts by name, as long as names look like a programmer's: a key that is data must not reach a report. */
function countDropped(state: State, name: string): void {
  const { dropped } = state.tally;
  const safe = /^[A-Za-z_$][\w$-]{0,63}$/.test(name);
  const pointer = render(state, state.depth - 1, "*") + pointerStep(safe ? name : unsafeName);
  count(dropped, dropped.has(pointer) || dropped.size < maxNames ? pointer : `/${unsafeName}`);
}

/** What a pseudonym stands for; equal values have equal texts. */
export function identityText(value: unknown): string | undefined {
  if (typeof value === "string") return `s:${value}`;
  try {
    return `j:${JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part))}`;
  } catch {
    return undefined; // circular, or its toJSON throws
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return "a Date";
  if (ArrayBuffer.isView(value)) return "bytes";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
