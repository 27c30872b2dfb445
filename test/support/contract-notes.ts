/** What the contract tests of sources read: two people's notes. */

// An alias and not an interface: then a note is a JsonValue too.
export type ContractNote = {
  readonly id: string;
  readonly owner: string;
  readonly text: string;
};

function notesOf(owner: string, count: number): ContractNote[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${owner}-${index + 100}`,
    owner,
    text: `note ${index} of ${owner}`,
  }));
}

export const subject = { id: "ada-1815" };
export const nobody = { id: "eve-1" };
export const expected = notesOf(subject.id, 30);
export const other = { subject: { id: "bob-2" }, expected: notesOf("bob-2", 5) };

/** New ones, before all others in the order of ids. */
export function newNotes(count: number): ContractNote[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${subject.id}-0${index}`,
    owner: subject.id,
    text: "new",
  }));
}

/** Those that are left when some are taken away. */
export function without<T extends { readonly id: string }>(notes: readonly T[], taken: readonly unknown[]): T[] {
  const ids = new Set(taken.map((record) => (record as ContractNote).id));
  return notes.filter(({ id }) => !ids.has(id));
}
