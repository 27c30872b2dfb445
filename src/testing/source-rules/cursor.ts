import type { Cursor } from "../../model/source.ts";
import { ContractBroken } from "../broken.ts";
import { canonical, difference, notJson, survivesJson } from "../same.ts";
import type { SourceRule } from "./index.ts";

const unless: NonNullable<SourceRule["unless"]> = ({ source }) =>
  source.capabilities.resume === "cursor" ? undefined : 'capabilities.resume is "none"';

export const cursorRules: readonly SourceRule[] = [
  {
    name: "cursor",
    title: "gives a cursor of JSON with every page, and never the same twice",
    unless,
    async check(trial) {
      const seen = new Set<string>();
      // The last page is not full: it needs a cursor as the others do.
      const pageRecords = [2, 3, 5].find((size) => trial.expected.length % size > 0) ?? 7;
      for (const [index, { cursor }] of (await trial.pages({ pageRecords })).entries()) {
        if (cursor === undefined)
          throw new ContractBroken(
            "cursor",
            `Page ${index + 1} has no cursor.`,
            "Give with each page, the last one too, the cursor after its last record.",
          );
        if (notJson(cursor) !== undefined || !survivesJson(cursor))
          throw new ContractBroken(
            "cursor",
            `The cursor of page ${index + 1} does not survive being written as JSON.`,
            "Make it of strings, numbers, arrays and plain objects: it is stored, and read by another process.",
          );
        const text = canonical(cursor);
        if (seen.has(text))
          throw new ContractBroken(
            "cursor",
            `Page ${index + 1} has the cursor of a page before.`,
            "Take the cursor from the page's own last record: the same one twice would never end.",
          );
        seen.add(text);
      }
    },
  },
  {
    name: "resume",
    title: "continues after each of its cursors without losing or repeating a record",
    unless,
    async check(trial) {
      const { length } = trial.expected;
      for (const pageRecords of [Math.ceil(length / 25), Math.ceil(length / 4)]) {
        const pages = await trial.pages({ pageRecords });
        let given = 0;
        for (const [index, { records, cursor }] of pages.entries()) {
          given += records.length;
          const after = stored(cursor);
          const rest = await trial.records({ pageRecords: Math.ceil(length / 5), after });
          const problem = difference(rest, trial.expected.slice(given));
          if (problem !== undefined)
            throw new ContractBroken(
              "resume",
              `Continued after the cursor of page ${index + 1} (of ${pageRecords}): ${problem}.`,
              "A cursor stands right behind the last record of its own page, whatever the size of the next; nothing else is remembered.",
            );
        }
      }
    },
  },
  {
    name: "foreign-cursor",
    title: "refuses a cursor that it cannot have made",
    unless,
    async check(trial) {
      const after: Cursor = { "not a cursor": [null, { of: "this source" }] };
      const { pages, error } = await trial.attempt({ after, stopAfter: 1 });
      if (error === undefined)
        throw new ContractBroken(
          "foreign-cursor",
          `Asked to continue after a cursor of somebody else's, it gave ${pages.length === 0 ? "nothing, as if it were done" : "records"}.`,
          'Check the shape of context.after and throw PortmanteauError "SOURCE_CONTRACT": to start again would repeat every record.',
        );
      trial.typed(error, "a cursor that is not the source's");
    },
  },
];

/** The cursor as it comes back: written as JSON, and read. */
export function stored(cursor: Cursor | undefined): Cursor {
  if (cursor === undefined || notJson(cursor) !== undefined)
    throw new ContractBroken(
      "cursor",
      "A page has no cursor that can be stored as JSON.",
      'With resume: "cursor", every page has one.',
    );
  return JSON.parse(JSON.stringify(cursor)) as Cursor;
}
