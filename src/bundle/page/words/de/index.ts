import type { Words } from "../en/index.ts";
import { codeWords } from "./codes.ts";
import { copyWords } from "./copy.ts";
import { guidanceWords } from "./guidance.ts";
import { recordWords } from "./records.ts";

export const de: Words = { ...codeWords, ...copyWords, ...recordWords, ...guidanceWords };
