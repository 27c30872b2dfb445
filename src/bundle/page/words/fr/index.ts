import type { Words } from "../en/index.ts";
import { codeWords } from "./codes.ts";
import { copyWords } from "./copy.ts";
import { guidanceWords } from "./guidance.ts";
import { recordWords } from "./records.ts";

/** A colon and a question mark have a space before them, which does not break. */
export const fr: Words = { ...codeWords, ...copyWords, ...recordWords, ...guidanceWords };
