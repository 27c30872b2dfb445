/** What can be wrong with a JSON text that `JSON.parse` takes: two programs may read it differently, or it is nested too deeply. */
export type JsonTextProblem = "repeats a key" | "is too deep";

/**
 * Looks a JSON text through; nothing when it is sound. `JSON.parse` takes the last of two equal keys without a word.
 *
 * @param text what need not be JSON at all: then the answer says nothing
 */
export function jsonTextProblem(text: string, maxDepth: number): JsonTextProblem | undefined {
  /** One level per open bracket: the keys of an object, or nothing for an array. */
  const levels: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        if (levels.length === maxDepth) return "is too deep";
        levels.push(text.charCodeAt(at) === 0x7b ? new Set() : undefined);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        levels.pop();
        break;
      case 0x22: {
        const end = stringEnd(text, at);
        const keys = levels.at(-1);
        if (keys !== undefined && isKey(text, end)) {
          const key = keyOf(text.slice(at, end));
          if (keys.has(key)) return "repeats a key";
          keys.add(key);
        }
        at = end - 1;
        break;
      }
    }
  }
  return undefined;
}

/** Whether a text has so many brackets that it may be nested too deeply: cheap, and nearly always no. */
export function mayBeDeep(text: string, maxDepth: number): boolean {
  let open = 0;
  for (const bracket of ["[", "{"]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++open > maxDepth) return true;
    }
  }
  return false;
}

function stringEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && text.charCodeAt(end) !== 0x22) end += text.charCodeAt(end) === 0x5c ? 2 : 1;
  return end + 1;
}

/** The key itself: `"a"` and `"\\u0061"` are one. */
function keyOf(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text; // no JSON
  }
}

/** A string before a colon is a key. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === 0x3a;
}
