import { ContractBroken } from "../broken.ts";
import { canonical, notJson } from "../same.ts";
import type { SourceRule } from "./index.ts";

export const recordRules: readonly SourceRule[] = [
  {
    name: "plain",
    title: "gives records of plain JSON values",
    async check(trial) {
      const records = await trial.records();
      for (const [index, record] of records.entries()) {
        const problem = notJson(record);
        if (problem !== undefined)
          throw new ContractBroken(
            "plain",
            `In record ${index}, ${problem}.`,
            "Map every value to what JSON has: a date to RFC 3339 text, bytes to base64, a big integer to digits in a string, nothing to null.",
          );
      }
    },
  },
  {
    name: "own-page",
    title: "leaves a page alone once it is given",
    async check(trial) {
      const given: { readonly page: object; readonly records: readonly unknown[]; readonly text: string }[] = [];
      const seen = new Set<unknown>();
      await trial.pages({
        onPage: (page) => {
          for (const part of [page, page.records, ...page.records].filter((part) => typeof part === "object")) {
            if (part !== null && seen.has(part))
              throw new ContractBroken(
                "own-page",
                "Two pages share an object.",
                "Make a new page, a new array and new records each time.",
              );
            seen.add(part);
          }
          given.push({ page, records: page.records, text: canonical(page) });
        },
      });
      const changed = given.findIndex(({ page, text }) => canonical(page) !== text);
      if (changed >= 0)
        throw new ContractBroken(
          "own-page",
          `Page ${changed + 1} is not what it was when it was given.`,
          "Make a new array for each page instead of emptying and filling one: the exporter may still be reading it.",
        );
    },
  },
];
