import { isPlainObject, pointerStep } from "./json.ts";

/** Begins a text that somebody has yet to decide on: `"REVIEW: eu-gdpr:A6-1-b"`. `portmanteau init` writes its guesses so. */
const reviewMark = "REVIEW:";

/** Pointers of the texts in a value that still begin with the mark, in the order they stand. Only plain objects and lists are entered. */
export function openMarks(value: unknown, pointer = "", within: readonly unknown[] = []): string[] {
  if (typeof value === "string") return value.trimStart().startsWith(reviewMark) ? [pointer] : [];
  if (within.includes(value)) return []; // a schema may hold itself
  const deeper = [...within, value];
  if (Array.isArray(value)) return value.flatMap((each, index) => openMarks(each, `${pointer}/${index}`, deeper));
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => openMarks(each, `${pointer}${pointerStep(key)}`, deeper));
}

/** Says where answers are missing, and what to do. At most so many places are named. */
export function unanswered(pointers: readonly string[], most = 40): string {
  const named = pointers.slice(0, most).join(", ");
  const more = pointers.length > most ? `, and ${pointers.length - most} more` : "";
  const what = pointers.length === 1 ? "One answer is" : `${pointers.length} answers are`;
  return `${what} still to be given: ${named}${more}. Look for the word REVIEW: take it out where the guess behind it is right, or write your own answer.`;
}
