import { after, describe, it } from "node:test";
import { iterableSource } from "portmanteau/sources/iterable";
import { sourceContract } from "portmanteau/testing";

const notesOf = (owner: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ owner, text: `${owner}'s note ${index}` }));

sourceContract(
  "notes",
  () => {
    const [expected, others] = [notesOf("ada-1815", 20), notesOf("bob-1912", 3)];
    const notes = [...expected, ...others];
    return {
      source: iterableSource({ records: ({ subject }) => notes.filter(({ owner }) => owner === subject.id) }),
      subject: { id: "ada-1815" },
      expected,
      other: { subject: { id: "bob-1912" }, expected: others },
    };
  },
  { describe, it, after },
);
