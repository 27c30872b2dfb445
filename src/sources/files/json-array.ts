import { JsonRecords } from "../../codec/json-records.ts";
import { type JsonValue, pointerKeys } from "../../model/json.ts";
import { invalid } from "../../model/source-error.ts";
import { failed } from "./failure.ts";
import type { FileFormat, Located } from "./format.ts";
import { textOf } from "./text.ts";

/** Where in the document the array stands. */
export interface JsonArrayOptions {
  /** Longest text of one record, in UTF-16 units, give or take 64 Ki. Default 16 Mi. */
  readonly maxRecordLength?: number;
}

/**
 * The elements of a JSON array of any size, in any layout. A number that a JavaScript number cannot hold becomes the string of its digits.
 *
 * @param pointer Pointer of the array: `"/data"`. Default `""`: the file is the array.
 * @throws {PortmanteauError} `CONFIG_INVALID` when it is no pointer
 */
export function jsonArray(pointer = "", { maxRecordLength = 2 ** 24 }: JsonArrayOptions = {}): FileFormat {
  const keys = pointerKeys(pointer);
  if (keys === undefined) throw invalid(`"${pointer}" is no pointer. Write it like "/data", or "" for the whole file.`);
  return {
    resumes: false,
    async *records(bytes, file) {
      const reader = new JsonRecords({
        keys,
        maxRecordLength,
        fail(problem, record, cause) {
          switch (problem) {
            case "cut":
              return failed(`File ${file} ends in the middle, after ${record} records.`);
            case "no array":
              return failed(`File ${file} has no array at "${pointer}".`);
            case "invalid":
              return failed(`File ${file} is not JSON, after ${record} records.`, cause);
            case "too long":
              return failed(`Record ${record} of file ${file} is longer than maxRecordLength, ${maxRecordLength}.`);
            case "too deep":
              return failed(`Record ${record} of file ${file} is nested too deeply.`);
            default:
              throw new TypeError(`Unknown problem: ${problem satisfies never}`);
          }
        },
      });
      for await (const text of textOf(bytes, file)) yield located(reader.feed(text));
      reader.end();
    },
  };
}

function* located(records: Iterable<JsonValue>): Generator<Located> {
  for (const record of records) yield { record };
}
