import { codeWords } from "./codes.ts";
import { copyWords } from "./copy.ts";
import { guidanceWords } from "./guidance.ts";
import { recordWords } from "./records.ts";

/** What the page says of itself in plain English, in the voice of the organisation: "we". The other languages have the same words. */
export const en = { ...codeWords, ...copyWords, ...recordWords, ...guidanceWords };

/** The page's words in one language. A word that a language lacks is an error of the types. */
export type Words = typeof en;
